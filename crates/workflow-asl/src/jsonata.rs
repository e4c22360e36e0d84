//! JSONata expressions as the service supports them (version 2.0): their syntax tree and the names they use.
//!  The language itself is [`workflow_jsonata`]; this module is about its use in definitions. See
//! <https://docs.jsonata.org/overview> and
//! <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>.

use crate::SyntaxError;
use crate::texts::Parsed;
pub use workflow_jsonata::{
    Ast, Callback, FUNCTIONS, Function, FunctionId, Limits, Names, Node, NodeKind, Origin, Parameter, Passed, Printed,
    ResultKind, ResultType, Returned, STATES_MEMBERS, Use, ast, changing, function, is_function, parse, print,
    print_with, regex_literal, translate_foreign_operators,
};

/// An expression with the names it uses, or why it is none.
pub type Read = Result<(Ast, Names), SyntaxError>;

/// The expressions of a definition that were parsed so far, by the text between `{%` and `%}`.
pub type Expressions = Parsed<(Ast, Names)>;

/// The expression inside `{%` and `%}`; `None` where the text is a literal.
///
/// The text must begin and end with them exactly, without blanks around.
pub fn expression(text: &str) -> Option<&str> {
    text.strip_prefix("{%")?.strip_suffix("%}")
}
