//! The syntax of JSONata: lexer, parser, syntax tree.

pub mod ast;
mod lexer;
mod meant;
mod parser;
mod parts;
pub(crate) mod shape;

pub use meant::meant;
pub(crate) use parser::parse;
