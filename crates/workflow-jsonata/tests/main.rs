//! The tests of the public API, in one executable.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may panic")]

#[cfg(feature = "evaluate")]
mod bounds;
#[cfg(feature = "evaluate")]
mod corners;
#[cfg(feature = "evaluate")]
mod differential;
#[cfg(feature = "evaluate")]
mod documentation;
mod page;
#[cfg(feature = "evaluate")]
mod print;
