//! Where in the source each part of the document comes from.

use std::collections::BTreeMap;

use workflow_asl::Pointer;

use crate::syntax::ast::Spot;

/// From places in the document to words of the source.
#[derive(Clone, Debug, Default)]
pub struct SpotMap {
    values: BTreeMap<Pointer, Spot>,
    /// The names of members that the source names itself.
    keys: BTreeMap<Pointer, Spot>,
}

impl SpotMap {
    /// Notes where the value at `pointer` was written.
    pub(super) fn put(&mut self, pointer: Pointer, spot: Spot) {
        self.values.insert(pointer, spot);
    }

    /// Notes where the name of the member at `pointer` was written.
    pub(super) fn put_key(&mut self, pointer: Pointer, spot: Spot) {
        self.keys.insert(pointer, spot);
    }

    /// The words that the value at `pointer` comes from, or those of the nearest part around it.
    pub fn at(&self, pointer: &Pointer) -> Option<Spot> {
        if let Some(spot) = self.values.get(pointer) {
            return Some(*spot);
        }
        self.at(&pointer.parent()?)
    }

    /// The words that name the member at `pointer`; `None` where the language has a word of its own for it.
    pub fn key_at(&self, pointer: &Pointer) -> Option<Spot> {
        self.keys.get(pointer).copied()
    }
}
