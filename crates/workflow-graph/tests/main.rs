//! The tests of the public API, in one executable.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may panic")]

#[cfg(feature = "layout")]
mod corpus;
#[cfg(feature = "page")]
mod execution;
mod mermaid;
#[cfg(feature = "page")]
mod page;
