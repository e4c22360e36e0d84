//! The source map: the span of each part of the document.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use workflow_asl::Pointer;

use crate::syntax::ast::TokenSpan;

/// Maps pointers in the document to spans of the source.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    values: SpanIndex,
    /// The spans of members' names in the source.
    keys: SpanIndex,
}

/// Spans by pointer. They are sorted on the first lookup, which happens only if there is a problem.
#[derive(Clone, Debug, Default)]
struct SpanIndex {
    noted: Vec<(Pointer, TokenSpan)>,
    sorted: OnceCell<BTreeMap<Pointer, TokenSpan>>,
}

impl SpanIndex {
    /// Adds a span, and replaces an earlier span for the same pointer.
    fn put(&mut self, pointer: Pointer, span: TokenSpan) {
        self.sorted.take();
        self.noted.push((pointer, span));
    }

    fn get(&self, pointer: &Pointer) -> Option<TokenSpan> {
        self.sorted.get_or_init(|| self.noted.iter().cloned().collect()).get(pointer).copied()
    }
}

impl SourceMap {
    /// Records the span of the value at `pointer`.
    pub(super) fn put(&mut self, pointer: Pointer, span: TokenSpan) {
        self.values.put(pointer, span);
    }

    /// Records the span of the name of the member at `pointer`.
    pub(super) fn put_key(&mut self, pointer: Pointer, span: TokenSpan) {
        self.keys.put(pointer, span);
    }

    /// Replaces each span.
    pub(crate) fn replace(&mut self, new: impl Fn(TokenSpan) -> TokenSpan) {
        for SpanIndex { noted, sorted } in [&mut self.values, &mut self.keys] {
            sorted.take();
            noted.iter_mut().for_each(|(_, span)| *span = new(*span));
        }
    }

    /// Returns the span of the value at `pointer`, or of the nearest enclosing value.
    pub fn span_at(&self, pointer: &Pointer) -> Option<TokenSpan> {
        if let Some(span) = self.values.get(pointer) {
            return Some(span);
        }
        self.span_at(&pointer.parent()?)
    }

    /// Returns whether the source has the value at `pointer`, or the field that this value is.
    pub(crate) fn has(&self, pointer: &Pointer) -> bool {
        self.values.get(pointer).is_some() || pointer.parent().is_some_and(|parent| self.values.get(&parent).is_some())
    }

    /// Returns the span of the name of the member at `pointer`, or `None` if the source spells the name differently.
    pub fn key_span_at(&self, pointer: &Pointer) -> Option<TokenSpan> {
        self.keys.get(pointer)
    }
}
