//! A value that does not match its declared type.

use std::fmt;

use serde_json::Value;

/// A value that does not match its declared type.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TypeMismatch {
    /// The path, in the syntax of the workflow language: `input.lines[0].price`, `result.Payload.total`.
    pub member: String,
    /// The declared type: `i64`, ``one of "card", "cash" (`Payment`)``.
    pub expected: String,
    /// The value found; `None` if it is missing.
    pub found: Option<Value>,
}

/// How many characters of a value a message shows.
const SHOWN: usize = 80;

impl TypeMismatch {
    /// Creates a mismatch.
    #[doc(hidden)]
    pub fn new(member: &impl fmt::Display, expected: String, found: Option<&Value>) -> Self {
        Self { member: member.to_string(), expected, found: found.cloned() }
    }
}

impl fmt::Display for TypeMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: expected {}, found ", self.member, self.expected)?;
        let Some(found) = &self.found else { return f.write_str("nothing") };
        let text = found.to_string();
        match text.char_indices().nth(SHOWN) {
            Some((end, _)) => write!(f, "{}…", text.get(..end).unwrap_or_default()),
            None => f.write_str(&text),
        }
    }
}
