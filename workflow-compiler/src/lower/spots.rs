//! Where in the source each part of the document comes from.

use std::collections::BTreeMap;

use workflow_asl::Pointer;

use crate::syntax::ast::Spot;

/// From places in the document to words of the source.
#[derive(Clone, Debug, Default)]
pub struct SpotMap(BTreeMap<Pointer, Spot>);

impl SpotMap {
    /// Notes where the value at `pointer` was written.
    pub(super) fn put(&mut self, pointer: Pointer, spot: Spot) {
        self.0.insert(pointer, spot);
    }

    /// The words that the value at `pointer` comes from, or those of the nearest part around it.
    pub fn at(&self, pointer: &Pointer) -> Option<Spot> {
        if let Some(spot) = self.0.get(pointer) {
            return Some(*spot);
        }
        self.at(&pointer.parent()?)
    }
}
