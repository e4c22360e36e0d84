//! The tests of the examples, in one executable.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may panic")]

mod add_up;
mod cookbook;
mod explored;
mod from_document;
mod hello_world;
mod order_saga;
mod process;
mod readme;
mod retrain;
