//! Calls of intrinsic functions, `States.Format('{}', $.name)`: the functions and the syntax.
//!
//! See <https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html>.

mod function;
mod literal;
mod reader;

use serde_json::Number;

pub use function::{ArgumentKind, Function};

use crate::SyntaxError;
use crate::path::JsonPath;

/// The start of every call.
const PREFIX: &str = "States.";

/// Returns whether a text begins as a call of an intrinsic function does.
pub(crate) fn is_begun(text: &str) -> bool {
    text.trim_start().starts_with(PREFIX)
}

/// A call, as in the value of a `.$` field.
///
/// ```
/// use workflow_asl::intrinsic::{Argument, Function, Intrinsic};
/// let call = Intrinsic::parse("States.Format('{}!', States.ArrayGetItem($.names, 0))").unwrap().call;
/// assert_eq!(call.function, Function::Format);
/// assert!(matches!(&call.args[0], Argument::Template(pieces) if *pieces == ["", "!"]));
/// let error = Intrinsic::parse("States.Fromat('x')").unwrap_err();
/// assert_eq!(error.help.as_deref(), Some("did you mean `States.Format`?"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Intrinsic {
    source: String,
    /// The outermost call.
    pub call: FunctionCall,
    misuses: Vec<SyntaxError>,
}

/// A function with its arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionCall {
    /// The function called.
    pub function: Function,
    /// Its arguments. Their number and types may be wrong: see [`Intrinsic::misuses`].
    pub args: Vec<Argument>,
    /// The offset of the call in the text, in bytes.
    pub offset: usize,
}

/// One argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// A string in apostrophes, unescaped. For the template of `States.Format`, see [`Argument::Template`].
    String(String),
    /// The literal template of `States.Format`, split at each `{}`: it has one more part than placeholders.
    Template(Vec<String>),
    /// A number.
    Number(Number),
    /// `true` or `false`.
    Bool(bool),
    /// `null`
    Null,
    /// A path under `$`, `$$` or a variable.
    Path(JsonPath),
    /// The result of another call.
    Call(FunctionCall),
}

impl Intrinsic {
    /// Parses a call. Blanks around it and between its parts are ignored.
    ///
    /// # Errors
    /// Returns an error if the text is not a call, names an unknown function, or nests deeper than
    /// [`crate::limits::INTRINSIC_DEPTH`].
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        reader::read(text)
    }

    /// Returns the source text of the call.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns what is wrong with the arguments of the call and of nested calls: their number, a literal of the wrong
    /// type, a template. AWS creates a state machine with such a call, and the call fails when it is evaluated.
    pub fn misuses(&self) -> &[SyntaxError] {
        &self.misuses
    }

    /// Returns all paths in the call and in nested calls, in text order.
    pub fn paths(&self) -> Vec<&JsonPath> {
        let mut paths = Vec::new();
        self.call.collect_paths(&mut paths);
        paths
    }
}

impl FunctionCall {
    fn collect_paths<'a>(&'a self, paths: &mut Vec<&'a JsonPath>) {
        for argument in &self.args {
            match argument {
                Argument::Path(path) => paths.push(path),
                Argument::Call(call) => call.collect_paths(paths),
                _ => {}
            }
        }
    }
}
