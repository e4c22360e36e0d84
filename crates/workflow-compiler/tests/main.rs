//! The tests of the public API, in one executable.

mod any_tokens;
mod bad_input;
mod diagnostics;
mod fixes;
#[cfg(feature = "format")]
mod format;
#[cfg(feature = "format")]
mod format_soup;
mod from;
mod ide_module;
mod lowering;
mod mirror;
#[cfg(feature = "graph")]
mod picture;
mod properties;
mod recovery;
mod reference;
mod structure;
mod valid_programs;
