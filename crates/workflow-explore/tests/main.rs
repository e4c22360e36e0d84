//! The tests of the public API, in one executable.

mod emitted;
mod enumeration;
mod growth;
mod guesses;
mod learning;
mod open_loops;
mod planted;
mod recorded;
mod replay_edits;
mod replay_files;
mod simulate;
#[cfg(feature = "proptest")]
mod strategies;
