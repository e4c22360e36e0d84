//! What is wrong in the text of an expression, and where.

use std::fmt;

/// A text that does not follow its language's grammar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// JSONata's code, such as `S0202`; `None` for another language, or where JSONata has none.
    pub code: Option<&'static str>,
    /// Where in the text, in bytes from its start; at most the text's length, and on a character's boundary.
    pub offset: usize,
    /// What is wrong, without the position.
    pub message: String,
    /// How to mend it, where known.
    pub help: Option<String>,
}

impl SyntaxError {
    /// An error at a byte offset, without help.
    pub fn new(offset: usize, message: impl Into<String>) -> Self {
        Self { code: None, offset, message: message.into(), help: None }
    }

    /// An error of JSONata at a byte offset, without help.
    pub fn coded(code: &'static str, offset: usize, message: impl Into<String>) -> Self {
        Self { code: Some(code), ..Self::new(offset, message) }
    }

    /// The same error with a line that says how to mend it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same error, `by` bytes further on: for a text that lies inside another one.
    #[must_use]
    pub fn shifted(mut self, by: usize) -> Self {
        self.offset += by;
        self
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.message, self.offset)
    }
}

impl std::error::Error for SyntaxError {}
