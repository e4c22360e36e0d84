//! The tests of the public API, in one executable.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may panic")]

mod emitted;
mod enumeration;
mod equivalence;
mod given_values;
mod growth;
mod guesses;
mod learning;
mod lists;
mod mutants;
mod open_loops;
mod planted;
mod properties;
mod recorded;
mod replay_edits;
mod replay_files;
mod severity;
mod simulate;
