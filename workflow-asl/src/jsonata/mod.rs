//! JSONata expressions as the service takes them (version 2.0): their syntax tree and the names they use.
//!
//! Evaluation is the engine's; this reader exists for positions in bytes, for the service's own refusals
//! and for checks over the tree. See <https://docs.jsonata.org/overview> and
//! <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>.

pub mod ast;
mod expressions;
mod lexer;
mod meant;
mod names;
mod parser;
mod parts;
mod shape;
mod signature;

pub use ast::{Node, NodeKind};
pub(crate) use expressions::Expressions;
pub use meant::meant;
pub use names::{BUILT_IN_FUNCTIONS, CHANGING_FUNCTIONS, Names, Use, is_function};

use crate::syntax_error::SyntaxError;

/// An expression, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Ast {
    /// The whole expression.
    pub root: Node,
}

/// Reads an expression: the text between `{%` and `%}`.
///
/// ```
/// use workflow_asl::jsonata;
/// let ast = jsonata::parse("$states.input.items[price > 10].name").unwrap();
/// assert_eq!(ast.names().states[0].name, "input");
/// let error = jsonata::parse("[1, 2").unwrap_err();
/// assert_eq!((error.offset, error.message.as_str()), (5, "Expected \"]\" before end of expression"));
/// ```
///
/// # Errors
/// The text is no expression of JSONata 2.0, with JSONata's own text without its code, or it nests deeper than
/// 80 brackets or 500 nodes.
pub fn parse(text: &str) -> Result<Ast, SyntaxError> {
    let root = parser::parse(text).map_err(|error| match (&error.help, meant(text)) {
        (None, Some(meant)) => error.with_help(format!("JSONata has operators of its own: `{}`", meant.trim())),
        _ => error,
    })?;
    shape::check(&root)?;
    Ok(Ast { root })
}

impl Ast {
    /// What the expression refers to, by position.
    pub fn names(&self) -> Names {
        names::names(&self.root)
    }

    /// The calls and operators that fail on the values written in them, such as `$sum('a')`, each with the length
    /// of its text. Step Functions takes them, and fails when it comes to them.
    pub fn failing(&self) -> Vec<(SyntaxError, usize)> {
        signature::failing(&self.root)
    }

    /// What the expression certainly gives, such as "a string"; `None` where that shows only when it runs.
    pub fn gives(&self) -> Option<&'static str> {
        signature::kind(&self.root).map(signature::noun)
    }

    /// What the service refuses when a definition is created although it is good JSONata: there is no input
    /// document, so `$`, `$$` and field names at the top level refer to nothing; nor is there `$eval`.
    pub fn unsupported(&self) -> Vec<SyntaxError> {
        self.names().unsupported
    }
}

/// The expression inside `{%` and `%}`; `None` where the text is a literal.
///
/// The text must begin and end with them exactly, without blanks around.
pub fn expression(text: &str) -> Option<&str> {
    text.strip_prefix("{%")?.strip_suffix("%}")
}
