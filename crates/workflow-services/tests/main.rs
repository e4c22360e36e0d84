//! The tests of the public API, in one executable.

mod integrations;
mod names;
mod shared;
