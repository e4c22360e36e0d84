//! Syntax errors and their positions.

use std::fmt;

/// An error in a string that does not follow its language's grammar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// JSONata's code, such as `S0202`. `None` for another language, or if JSONata has no code for it.
    pub code: Option<&'static str>,
    /// The byte offset in the text. At most the text's length, and always on a character boundary.
    pub offset: usize,
    /// The message, without the position.
    pub message: String,
    /// How to fix it, if known.
    pub help: Option<String>,
    /// The number of bytes from the offset on to replace, and the text that was meant in their place, if known.
    pub instead: Option<Box<(usize, String)>>,
}

impl SyntaxError {
    /// Creates an error at a byte offset, without help.
    pub fn new(offset: usize, message: impl Into<String>) -> Self {
        Self { code: None, offset, message: message.into(), help: None, instead: None }
    }

    /// Creates an error of JSONata at a byte offset, without help.
    pub fn coded(code: &'static str, offset: usize, message: impl Into<String>) -> Self {
        Self { code: Some(code), ..Self::new(offset, message) }
    }

    /// Adds a line that says how to fix it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the text that was meant in place of `length` bytes from the offset on.
    #[must_use]
    pub fn with_instead(mut self, length: usize, text: impl Into<String>) -> Self {
        self.instead = Some(Box::new((length, text.into())));
        self
    }

    /// Moves the error by `by` bytes, for a string inside another one.
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
