//! The values of a document.

use serde_json::Value;
use workflow_asl::Pointer;

/// Returns all values of a document with their pointers, each before those in it.
pub(super) fn values_in(document: &Value) -> impl Iterator<Item = (Pointer, &Value)> {
    let mut open = vec![(Pointer::root(), document)];
    std::iter::from_fn(move || {
        let (at, value) = open.pop()?;
        match value {
            Value::Object(members) => open.extend(members.iter().map(|(key, value)| (at.child(key), value))),
            Value::Array(items) => open.extend(items.iter().enumerate().map(|(i, item)| (at.index(i), item))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        Some((at, value))
    })
}
