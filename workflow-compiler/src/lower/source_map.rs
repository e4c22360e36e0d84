//! The source map: the source of each part of the document.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use workflow_asl::Pointer;

use crate::syntax::ast::Spot;

/// Maps pointers in the document to spans of the source.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    values: SpotIndex,
    /// The spans of members' names in the source.
    keys: SpotIndex,
}

/// Spans by pointer. They are sorted on the first lookup, which happens only for a problem.
#[derive(Clone, Debug, Default)]
struct SpotIndex {
    noted: Vec<(Pointer, Spot)>,
    sorted: OnceCell<BTreeMap<Pointer, Spot>>,
}

impl SpotIndex {
    /// Adds a span. A later one for the same pointer replaces it.
    fn put(&mut self, pointer: Pointer, spot: Spot) {
        self.sorted.take();
        self.noted.push((pointer, spot));
    }

    fn get(&self, pointer: &Pointer) -> Option<Spot> {
        self.sorted.get_or_init(|| self.noted.iter().cloned().collect()).get(pointer).copied()
    }
}

impl SourceMap {
    /// Records the span of the value at `pointer`.
    pub(super) fn put(&mut self, pointer: Pointer, spot: Spot) {
        self.values.put(pointer, spot);
    }

    /// Records the span of the name of the member at `pointer`.
    pub(super) fn put_key(&mut self, pointer: Pointer, spot: Spot) {
        self.keys.put(pointer, spot);
    }

    /// Returns the span of the value at `pointer`, or of the nearest enclosing part.
    pub fn at(&self, pointer: &Pointer) -> Option<Spot> {
        if let Some(spot) = self.values.get(pointer) {
            return Some(spot);
        }
        self.at(&pointer.parent()?)
    }

    /// Returns the span of the name of the member at `pointer`; `None` if the source has another word for it.
    pub fn key_at(&self, pointer: &Pointer) -> Option<Spot> {
        self.keys.get(pointer)
    }
}
