//! The tests of the public API, in one executable.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may panic")]

mod changes;
mod configuration;
mod same_truth;
mod shown;
