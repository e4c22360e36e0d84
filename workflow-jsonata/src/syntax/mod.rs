//! The syntax of JSONata: lexer, parser, syntax tree.

pub mod ast;
mod children;
mod foreign_operators;
mod lexer;
mod parser;
pub(crate) mod validation;

pub use foreign_operators::translate_foreign_operators;
pub(crate) use parser::parse;
