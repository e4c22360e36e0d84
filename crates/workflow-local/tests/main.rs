//! The tests of the public API, in one executable.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may panic")]

mod answers;
mod declared;
mod driver;
mod explored;
mod growth;
mod handlers;
mod item_reader;
mod jsonata_scope;
mod limits;
mod measured;
mod mock_file;
mod nested;
mod numbers;
mod object_store;
mod properties;
mod resources;
mod result_writer;
mod states;
mod test_state;
mod time;
