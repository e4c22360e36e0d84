//! The reasons why a string is rejected.

use super::super::layout::Span;
use super::super::{MAX_DEPTH, SourceError};
use crate::{Code, Diagnostic, Pointer};

pub(super) struct Problem {
    diagnostic: Diagnostic,
    span: Span,
}

impl Problem {
    pub(super) fn new(code: Code, span: Span, message: impl Into<String>) -> Box<Self> {
        Box::new(Self { diagnostic: Diagnostic::new(code, Pointer::root(), message), span })
    }

    /// Creates the problem of a string that is not YAML.
    pub(super) fn syntax(span: Span, message: impl AsRef<str>) -> Box<Self> {
        Self::new(Code::NotJson, span, format!("the definition is not YAML: {}", message.as_ref()))
    }

    pub(super) fn too_deep(span: Span) -> Box<Self> {
        let message = format!("more than {MAX_DEPTH} nested mappings and sequences");
        Self::new(Code::TooDeep, span, message)
    }

    pub(super) fn with_help(mut self: Box<Self>, help: impl Into<String>) -> Box<Self> {
        self.diagnostic = self.diagnostic.with_help(help);
        self
    }

    pub(super) fn at(mut self: Box<Self>, pointer: Pointer) -> Box<Self> {
        self.diagnostic.pointer = pointer;
        self
    }

    pub(super) fn in_text(self, text: &str) -> Box<SourceError> {
        SourceError::at(self.diagnostic, text, self.span.0, self.span.1)
    }
}
