//! The source map: where in the source each part of the document comes from.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use workflow_asl::Pointer;

use crate::syntax::ast::Spot;

/// Maps places in the document to words of the source.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    values: SpotIndex,
    /// The names of members that the source names itself.
    keys: SpotIndex,
}

/// Spots by pointer. They are looked up only where something is wrong, so they are sorted only then.
#[derive(Clone, Debug, Default)]
struct SpotIndex {
    noted: Vec<(Pointer, Spot)>,
    sorted: OnceCell<BTreeMap<Pointer, Spot>>,
}

impl SpotIndex {
    /// What is noted later about the same place counts.
    fn put(&mut self, pointer: Pointer, spot: Spot) {
        self.sorted.take();
        self.noted.push((pointer, spot));
    }

    fn get(&self, pointer: &Pointer) -> Option<Spot> {
        self.sorted.get_or_init(|| self.noted.iter().cloned().collect()).get(pointer).copied()
    }
}

impl SourceMap {
    /// Notes where the value at `pointer` was written.
    pub(super) fn put(&mut self, pointer: Pointer, spot: Spot) {
        self.values.put(pointer, spot);
    }

    /// Notes where the name of the member at `pointer` was written.
    pub(super) fn put_key(&mut self, pointer: Pointer, spot: Spot) {
        self.keys.put(pointer, spot);
    }

    /// Returns the words that the value at `pointer` comes from, or those of the nearest part around it.
    pub fn at(&self, pointer: &Pointer) -> Option<Spot> {
        if let Some(spot) = self.values.get(pointer) {
            return Some(spot);
        }
        self.at(&pointer.parent()?)
    }

    /// Returns the words that name the member at `pointer`; `None` where the language has a word of its own for it.
    pub fn key_at(&self, pointer: &Pointer) -> Option<Spot> {
        self.keys.get(pointer)
    }
}
