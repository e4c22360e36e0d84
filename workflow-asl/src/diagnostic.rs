//! A finding about a definition: what is wrong, where, and how to mend it.

use std::fmt;

use crate::{Code, Pointer};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// AWS refuses it, or it certainly fails when it runs.
    Error,
    /// It may be meant, but probably is not.
    Warning,
}

/// One finding of the reader or of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code; its severity is the finding's.
    pub code: Code,
    /// The place in the document.
    pub pointer: Pointer,
    /// Byte offset and length inside the string at `pointer`, where the finding is about a part of it.
    pub range: Option<(usize, usize)>,
    /// What is wrong: lower case, no full stop, names in backticks.
    pub message: String,
    /// How to mend it, where that is known.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A finding with the given code at `pointer`.
    pub fn new(code: Code, pointer: Pointer, message: impl Into<String>) -> Self {
        Self { code, pointer, range: None, message: message.into(), help: None }
    }

    /// Adds how to mend it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Narrows the finding to `length` bytes from byte `offset` of the string at the pointer.
    #[must_use]
    pub fn with_range(mut self, offset: usize, length: usize) -> Self {
        self.range = Some((offset, length));
        self
    }

    /// Whether it is an error or a warning.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        self.severity() == Severity::Error
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{severity}[{}]: {} at {}", self.code, self.message, self.pointer.to_aws_location())?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}
