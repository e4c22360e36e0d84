//! The tests of the public API, in one executable.

mod changes;
mod configuration;
mod shown;
