#![doc = include_str!("../README.md")]
//!
//! # The way an expression takes
//!
//! ```text
//! text -> tokens -> tree -> checks        syntax/, names.rs, mistakes.rs: no dependencies
//!                    |
//!                    +-> program -> value  evaluate/, with text.rs, number.rs, pictures/, regex/
//! ```
//!
//! [`FUNCTIONS`] is the one table of functions: names, signatures, what Step Functions adds, changes and removes.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "evaluate")]
mod evaluate;
#[cfg(feature = "evaluate")]
mod fault;
mod functions;
mod mistakes;
mod names;
#[cfg(feature = "evaluate")]
mod number;
#[cfg(feature = "evaluate")]
mod pictures;
#[cfg(feature = "evaluate")]
mod regex;
mod syntax;
mod syntax_error;
#[cfg(feature = "evaluate")]
mod text;

#[cfg(feature = "evaluate")]
pub use evaluate::{Binding, Error, Expression, Limits, Outcome, Output, Setting, Variables};
pub use functions::{
    FUNCTIONS, Function, Gives, HASH_ALGORITHMS, Origin, changing, function, is_function, names, unknown_algorithm,
};
pub use names::{LiteralKind, LiteralStep, Names, Use};
pub use syntax::{
    ast,
    ast::{Node, NodeKind},
    meant,
};
pub use syntax_error::SyntaxError;

/// An expression, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Ast {
    /// The whole expression.
    pub root: Node,
}

/// Reads an expression: the text between `{%` and `%}`.
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
/// The text is no expression of JSONata 2.0, with JSONata's own code and text, or it nests deeper than 80 brackets or
/// 500 nodes.
pub fn parse(text: &str) -> Result<Ast, SyntaxError> {
    let root = syntax::parse(text).map_err(|error| match (&error.help, meant(text)) {
        (None, Some(meant)) => error.with_help(format!("JSONata has operators of its own: `{}`", meant.trim())),
        _ => error,
    })?;
    syntax::shape::check(&root)?;
    Ok(Ast { root })
}

impl Ast {
    /// What the expression refers to, by position.
    pub fn names(&self) -> Names {
        names::names(&self.root)
    }

    /// The calls and operators that fail on the values written in them, such as `$sum('a')`, each with the length
    /// of its text. JSONata takes them, and fails when it comes to them.
    ///
    /// `open` says of a string that it stands for another one, which is not known yet, such as `${Name}` before a
    /// deployment.
    pub fn failing(&self, open: fn(&str) -> bool) -> Vec<(SyntaxError, usize)> {
        mistakes::failing(&self.root, open)
    }

    /// What the expression certainly gives, such as "a string"; `None` where that shows only when it runs. `open` is
    /// as for [`failing`](Self::failing).
    pub fn gives(&self, open: fn(&str) -> bool) -> Option<&'static str> {
        mistakes::kind(&self.root, open).map(mistakes::noun)
    }

    /// What Step Functions refuses when a definition is created although it is good JSONata: there is no input
    /// document, so `$`, `$$` and field names at the top level refer to nothing; nor is there `$eval`.
    pub fn unsupported(&self) -> Vec<SyntaxError> {
        self.names().unsupported
    }
}
