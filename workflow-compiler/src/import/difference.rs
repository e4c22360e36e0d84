//! Where two documents differ.

use std::collections::BTreeSet;

use serde_json::Value;
use workflow_asl::Pointer;

/// The deepest places at which the documents differ; for a member that one of them lacks, that member's.
pub(super) fn differences(left: &Value, right: &Value) -> BTreeSet<Pointer> {
    let mut found = BTreeSet::new();
    walk(left, right, &Pointer::root(), &mut found);
    found
}

fn walk(left: &Value, right: &Value, at: &Pointer, found: &mut BTreeSet<Pointer>) {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            for (key, value) in left {
                match right.get(key) {
                    Some(other) => walk(value, other, &at.child(key), found),
                    None => drop(found.insert(at.child(key))),
                }
            }
            found.extend(right.keys().filter(|key| !left.contains_key(*key)).map(|key| at.child(key)));
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                walk(left, right, &at.index(index), found);
            }
        }
        _ if left == right => {}
        _ => drop(found.insert(at.clone())),
    }
}
