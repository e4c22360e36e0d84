//! Tests the workflows of `docs/start.md` and `docs/cookbook` on the engine: a module for each page. [`pages`] holds that
//! a page shows exactly what is tested here.

mod approval;
mod children;
mod circuit_breaker;
mod csv_rows;
mod fan_out;
mod idempotent_start;
mod model_pipelines;
mod nightly;
mod pages;
mod paging;
mod partial_failure;
mod polling;
mod requests;
mod start;
mod wait_until;
