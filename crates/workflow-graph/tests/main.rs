//! The tests of the public API, in one executable.

#[cfg(feature = "layout")]
mod corpus;
#[cfg(feature = "page")]
mod execution;
mod mermaid;
