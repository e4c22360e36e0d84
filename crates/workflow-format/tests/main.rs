//! The tests of the public API, in one executable.

mod format;
mod format_soup;
