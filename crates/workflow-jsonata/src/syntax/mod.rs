//! The syntax of JSONata: lexer, parser, syntax tree.

pub mod ast;
mod build;
mod children;
mod foreign_operators;
pub(crate) mod habits;
mod lexer;
mod parentheses;
mod parser;
pub(crate) mod print;
mod regex_literal;
pub(crate) mod validation;

pub use foreign_operators::translate_foreign_operators;
pub(crate) use parser::parse;
pub use print::{Printed, print, print_with};
pub use regex_literal::regex_literal;
