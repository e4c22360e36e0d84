#![doc = include_str!("../README.md")]
//!
//! # Structure
//!
//! ```text
//! text -> tokens -> tree -> checks, text  syntax/, names.rs, mistakes/: no dependencies
//!                    |
//!                    +-> program -> value  evaluate/, with text.rs, number/, pictures/, regex/
//! ```
//!
//! [`FUNCTIONS`] is the only table of functions: names, signatures, and what Step Functions adds, changes and removes.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "evaluate")]
mod evaluate;
#[cfg(feature = "evaluate")]
mod fault;
mod functions;
#[cfg(feature = "hash")]
pub mod hash;
mod limits;
mod mistakes;
mod names;
#[cfg(feature = "evaluate")]
mod number;
#[cfg(feature = "evaluate")]
mod pictures;
pub mod random;
mod regex;
mod syntax;
mod syntax_error;
#[cfg(feature = "evaluate")]
mod text;

use std::cell::Cell;

#[cfg(feature = "evaluate")]
pub use evaluate::{Binding, Error, Expression, Outcome, Output, Setting, Variables};
pub use functions::{
    Callback, FUNCTIONS, Function, HASH_ALGORITHMS, Id as FunctionId, Origin, Parameter, Passed, ResultKind,
    ResultType, Returned, changing, function, is_function, names, unknown_algorithm,
};
pub use limits::Limits;
pub use mistakes::constants::is_no_number;
pub use mistakes::joins;
pub use names::{LiteralKind, LiteralStep, Names, STATES_MEMBERS, Use};
pub use syntax::{
    Printed, ast,
    ast::{Node, NodeKind},
    print, print_with, regex_literal, translate_foreign_operators,
};
pub use syntax_error::SyntaxError;

thread_local! {
    static PARSED: Cell<usize> = const { Cell::new(0) };
}

/// Returns how many texts this thread has parsed, for tests that something parses none.
#[doc(hidden)]
pub fn parsed_texts() -> usize {
    PARSED.get()
}

/// A parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Ast {
    /// The whole expression.
    pub root: Node,
}

/// Parses an expression: the text between `{%` and `%}`.
///
/// ```
/// let ast = workflow_jsonata::parse("$states.input.items[price > 10].name").unwrap();
/// assert_eq!(ast.names().states[0].name, "input");
/// let error = workflow_jsonata::parse("[1, 2").unwrap_err();
/// assert_eq!((error.offset, error.message.as_str()), (5, "Expected \"]\" before end of expression"));
/// assert_eq!(error.code, Some("S0203"));
/// ```
///
/// # Errors
/// Fails if the text is not an expression of JSONata 2.0, with JSONata's own code and message, or if it nests more than
/// 250 brackets or 500 nodes.
pub fn parse(text: &str) -> Result<Ast, SyntaxError> {
    PARSED.set(PARSED.get() + 1);
    let root = syntax::parse(text).map_err(|error| match (&error.help, translate_foreign_operators(text)) {
        (None, Some(translated)) => error.with_help(format!("JSONata uses other operators: `{}`", translated.trim())),
        (None, None) => match syntax::habits::meant(text, error.offset) {
            Some(help) => error.with_help(help),
            None => error,
        },
        _ => error,
    })?;
    syntax::validation::check(&root)?;
    Ok(Ast { root })
}

impl Ast {
    /// Returns the names that the expression uses, by position.
    pub fn names(&self) -> Names {
        names::names(&self.root)
    }

    /// Returns the calls and operators that fail on literal operands, such as `$sum('a')`, each with the length of its
    /// text. JSONata accepts them and fails at run time.
    ///
    /// `open` returns whether a string stands for another one that is not known yet, such as `${Name}` before a
    /// deployment.
    pub fn failing(&self, open: fn(&str) -> bool) -> Vec<(SyntaxError, usize)> {
        mistakes::failing(&self.root, open)
    }

    /// Returns the literal strings that are conditions, as in `x = 'a' or 'b'` and `x['name']`, each with the length of
    /// its text. JSONata casts them to booleans, so that they are always true or always false.
    ///
    /// `open` is the same as for [`failing`](Self::failing).
    pub fn constant_conditions(&self, open: fn(&str) -> bool) -> Vec<(SyntaxError, usize)> {
        mistakes::constant_conditions(&self.root, open)
    }

    /// Returns the type that the result certainly has, such as "a string", or `None` if it is only known at run time.
    /// `open` is the same as for [`failing`](Self::failing).
    pub fn gives(&self, open: fn(&str) -> bool) -> Option<&'static str> {
        mistakes::kind(&self.root, open).map(mistakes::noun)
    }

    /// Returns what Step Functions rejects when a definition is created although it is valid JSONata: `$`, `$$` and
    /// field names at the top level, because there is no input document, and `$eval`.
    pub fn unsupported(&self) -> Vec<SyntaxError> {
        self.names().unsupported
    }
}
