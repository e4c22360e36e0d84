//! Compares two documents.

use std::collections::BTreeSet;

use serde_json::Value;
use workflow_asl::Pointer;
use workflow_asl::intrinsic::Intrinsic;
use workflow_asl::placeholder;

/// The prefix of intrinsic functions' names.
const PREFIX: &str = "States.";

/// Returns the deepest pointers at which the documents differ; for a missing member, the member's pointer.
pub(super) fn differences(left: &Value, right: &Value) -> BTreeSet<Pointer> {
    let mut found = BTreeSet::new();
    walk(left, right, &Pointer::root(), &mut found);
    found
}

/// Returns whether two documents are equal except for blanks in calls of intrinsic functions, which have no meaning.
///
/// ```
/// use serde_json::json;
/// use workflow_compiler::import::is_same;
///
/// assert!(is_same(&json!({"a.$": "States.Format('{}',$.x)"}), &json!({"a.$": "States.Format('{}', $.x)"})));
/// assert!(!is_same(&json!({"a": "x,y"}), &json!({"a": "x, y"})));
/// ```
pub fn is_same(document: &Value, other: &Value) -> bool {
    differences(document, other).is_empty()
}

/// Returns whether two texts are calls of intrinsic functions with the same arguments.
fn same_call(left: &str, right: &str) -> bool {
    // In a call, an escaped brace is not a placeholder.
    let names = |text: &str| placeholder::named(text).map(|(_, name)| name.to_owned()).collect::<Vec<_>>();
    let call = |text: &str| Intrinsic::parse(text).ok().filter(|_| text.starts_with(PREFIX)).map(|call| call.call);
    left == right || names(left) == names(right) && call(left).is_some_and(|left| call(right) == Some(left))
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
        (Value::String(left), Value::String(right)) if same_call(left, right) => {}
        _ if left == right => {}
        _ => drop(found.insert(at.clone())),
    }
}
