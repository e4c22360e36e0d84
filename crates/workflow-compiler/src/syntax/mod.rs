//! Parses tokens to a syntax tree: the grammar of `workflow!`, with error recovery.
//!
//! The parser is a recursive descent over token trees, with one file per concept, implemented as methods of `Parser`.
//! It reads each token once, has bounded depth, and always continues: it reports unknown syntax, and skips to the next
//! item.

pub mod ast;
mod attributes;
mod body;
mod choice;
mod clause;
mod closure;
pub(crate) mod constraint;
mod cursor;
mod declaration;
mod enumeration;
mod expression;
mod fragment;
mod handler;
pub mod keyword;
mod literal;
mod map;
mod name;
mod object;
mod other_language;
mod parser;
mod property;
mod range;
pub mod reader;
mod recover;
mod reference;
pub(crate) mod rename_all;
mod repetition;
mod resource;
pub(crate) mod spelling;
mod state;
mod target;
mod types;
pub mod word;
mod workflow;

use proc_macro2::{Span, TokenStream, TokenTree};

use self::ast::Workflow;
use self::cursor::Cursor;
pub use self::cursor::JOINED;
pub use self::expression::precedence;
pub use self::name::is_rust_keyword;
pub(crate) use self::name::rust_name;
pub(crate) use self::other_language::{function as function_of_other_language, is_transition, of_state};
use self::parser::Parser;
pub(crate) use self::reference::reference_in_text;
pub use self::reference::root;
pub(crate) use self::state::in_camel_case;
use self::word::{EditorWord, Role};
use crate::problem::Problems;

/// The result of parsing a macro's input.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The workflows, in source order.
    pub workflows: Vec<Workflow>,
    /// The fragments, in source order.
    pub fragments: Vec<Workflow>,
    /// Every word with a meaning, and every slot for one, in the order of reading.
    pub words: Vec<EditorWord>,
    /// The end of the input.
    pub end: Span,
}

/// Parses the input of `workflow!`, which may be any tokens. Problems are added to `problems`.
pub fn parse(input: TokenStream, problems: &mut Problems) -> Parsed {
    parse_after(Vec::new(), input, problems)
}

/// Parses further input of `workflow!`, whose words follow these.
pub(crate) fn parse_after(words: Vec<EditorWord>, input: TokenStream, problems: &mut Problems) -> Parsed {
    let end = input.clone().into_iter().last().map_or_else(Span::call_site, |token| match token {
        TokenTree::Group(group) => group.span_close(),
        token => token.span(),
    });
    let mut parser = Parser::new(problems);
    parser.words = words;
    let (workflows, fragments) = parser.workflows(&mut Cursor::new(input, end));
    parser.hole(end, Role::Top);
    Parsed { workflows, fragments, words: parser.words, end }
}
