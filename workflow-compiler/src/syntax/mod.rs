//! Tokens to syntax tree: the grammar of `workflow!`, with recovery.

pub mod ast;
pub mod keyword;
