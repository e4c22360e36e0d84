//! The reasons why a string is rejected.

use super::super::layout::Span;
use super::super::{MAX_DEPTH, SourceError};
use crate::{Code, Diagnostic, Pointer};

pub(super) struct Problem {
    diagnostic: Diagnostic,
    span: Span,
    /// The keys and indices that lead to it, innermost first.
    path: Vec<String>,
}

impl Problem {
    pub(super) fn new(code: Code, span: Span, message: impl Into<String>) -> Box<Self> {
        Box::new(Self { diagnostic: Diagnostic::new(code, Pointer::root(), message), span, path: Vec::new() })
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

    /// Returns the problem with the name or index of the enclosing member or element.
    pub(super) fn inside(mut self: Box<Self>, token: impl ToString) -> Box<Self> {
        self.path.push(token.to_string());
        self
    }

    pub(super) fn in_text(self, text: &str) -> Box<SourceError> {
        let mut diagnostic = self.diagnostic;
        diagnostic.pointer = self.path.iter().rev().fold(Pointer::root(), |at, token| at.child(token));
        SourceError::at(diagnostic, text, self.span.0, self.span.1)
    }
}
