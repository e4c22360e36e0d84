//! The compiler behind `workflow!`: syntax, checks, lowering to Amazon States Language, Rust code.
//!
//! An ordinary library on `proc-macro2`, so that tests and tools can call it outside rustc.

pub mod check;
pub mod lower;
pub mod piece;
pub mod problem;
pub mod syntax;
