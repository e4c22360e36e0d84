//! Tests the typed client with this project's server and with moto, and the server with arbitrary HTTP requests.

mod api;
mod boto;
mod deploying;
mod forward;
mod http;
mod limits;
mod made;
mod moto;
mod operating;
mod own_server;
mod publishing;
mod releasing;
mod runner;
mod scenario;
mod unreliable;
mod worker;
mod workflows;
