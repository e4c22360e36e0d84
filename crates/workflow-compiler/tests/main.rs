//! The tests of the public API, in one executable.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may panic")]

mod any_tokens;
mod bad_input;
mod diagnostics;
mod fixes;
mod from;
mod imported;
mod lowering;
mod mirror;
mod newcomers;
#[cfg(feature = "graph")]
mod picture;
mod properties;
mod recovery;
mod reference;
mod structure;
mod valid_programs;
mod words;
