//! Tests that need the whole workspace, in one executable.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may panic")]

mod client;
mod data;
mod editor;
mod errors;
mod fragments;
mod goldens;
