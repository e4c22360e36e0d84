//! Objects of the document while they are built.

use serde_json::{Map, Value};
use workflow_asl::Pointer;
use workflow_asl::document::Field;

/// An object of the document, with its pointer.
pub(super) struct Fields {
    pub(super) pointer: Pointer,
    pub(super) map: Map<String, Value>,
}

impl Fields {
    pub(super) fn new(at: Pointer) -> Self {
        Self { pointer: at, map: Map::new() }
    }

    pub(super) fn insert(&mut self, name: &str, value: Value) {
        self.map.insert(name.to_owned(), value);
    }

    /// Returns the object with its kind first, then the fields in the order of the table, then unknown fields.
    pub(super) fn ordered(self, table: &[Field]) -> Value {
        let place = |name: &str| match name {
            "Type" => 0,
            _ => 1 + table.iter().position(|field| field.name == name).unwrap_or(table.len()),
        };
        if self.map.keys().map(|name| place(name)).is_sorted() {
            return Value::Object(self.map);
        }
        let mut placed: Vec<(usize, String, Value)> =
            self.map.into_iter().map(|(name, value)| (place(&name), name, value)).collect();
        placed.sort_by_key(|(place, ..)| *place);
        Value::Object(placed.into_iter().map(|(_, name, value)| (name, value)).collect())
    }
}
