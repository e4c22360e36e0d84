//! A finding about a definition: the problem, its position and its fix.

use std::fmt;

use crate::finding::{Finding, Vocabulary};
use crate::{Code, Pointer};

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// AWS rejects it, or it certainly fails when it runs.
    Error,
    /// It may be intended, but is probably a mistake.
    Warning,
}

/// A finding of the reader or of a rule, with its position.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// The stable code; its severity is the finding's.
    pub code: Code,
    /// The place in the document.
    pub pointer: Pointer,
    /// Byte offset and length inside the string at `pointer`, where the finding is about a part of it.
    pub range: Option<(usize, usize)>,
    /// The finding.
    pub finding: Box<Finding>,
}

impl Diagnostic {
    /// A finding at `pointer` whose text is all that is known of it, such as the message of another parser.
    pub fn new(code: Code, pointer: Pointer, message: impl Into<String>) -> Self {
        Finding::Other { code, message: message.into(), help: None }.at(pointer)
    }

    /// The same as text with this help in place of its own.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> Self {
        let finding = Finding::Other { code: self.code, message: self.message(), help: Some(help.into()) };
        Self { finding: Box::new(finding), ..self }
    }

    /// Narrows the finding to `length` bytes from byte `offset` of the string at the pointer.
    #[must_use]
    pub fn with_range(mut self, offset: usize, length: usize) -> Self {
        self.range = Some((offset, length));
        self
    }

    /// Returns the message, in ASL's terms.
    pub fn message(&self) -> String {
        self.finding.message(Vocabulary::Asl)
    }

    /// Returns how to fix it, if known, in ASL's terms.
    pub fn help(&self) -> Option<String> {
        self.finding.help(Vocabulary::Asl)
    }

    /// Returns whether it is an error or a warning.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// Returns whether it is wrong only in a definition that is to run: a placeholder whose value may still be of the
    /// right type.
    pub(crate) fn is_unfilled(&self) -> bool {
        matches!(*self.finding, Finding::Unfilled { .. } | Finding::UnfilledCode { .. })
    }

    /// Returns whether a definition with it cannot run: an error that shows before an execution comes to it, and is not
    /// in the table of AWS's APIs, for which a test may answer.
    pub fn prevents_running(&self) -> bool {
        self.is_error() && !self.code.fails_only_when_it_runs() && !self.code.depends_on_table()
    }

    /// Returns whether AWS refuses to create a state machine with it: an error that AWS reports before any execution,
    /// and that its newer APIs do not excuse.
    pub fn prevents_creation(&self) -> bool {
        self.prevents_running() || self.code == Code::MissingParameter
    }

    /// Returns whether it is an error.
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
        write!(f, "{severity}[{}]: {} at {}", self.code, self.message(), self.pointer.to_aws_location())?;
        match self.help() {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}
