//! The intrinsic functions for arrays.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;
use workflow_asl::limits::ARRAY_RANGE_ITEMS;

use super::same;

pub(super) fn partition(items: &[Value], size: i32) -> Option<Value> {
    let size = usize::try_from(size).ok().filter(|size| *size > 0)?;
    Some(items.chunks(size).map(|chunk| Value::Array(chunk.to_vec())).collect())
}

pub(super) fn range(first: i32, last: i32, step: i32) -> Option<Value> {
    if step == 0 {
        return None;
    }
    let mut items = Vec::new();
    let mut next = Some(first);
    while let Some(number) = next.filter(|number| if step > 0 { *number <= last } else { *number >= last }) {
        if items.len() == ARRAY_RANGE_ITEMS {
            return None;
        }
        items.push(Value::from(number));
        next = number.checked_add(step);
    }
    Some(Value::Array(items))
}

pub(super) fn item(items: &[Value], index: i32) -> Option<Value> {
    items.get(usize::try_from(index).ok()?).cloned()
}

/// Returns the array without duplicates, in order of first occurrence.
pub(super) fn unique(items: &[Value]) -> Value {
    let mut kept: Vec<Value> = Vec::new();
    // The items by hash: equal values have equal hashes.
    let mut by_hash: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for item in items {
        let like = by_hash.entry(hash(item)).or_default();
        if !like.iter().any(|at| kept.get(*at).is_some_and(|other| same(other, Some(item)))) {
            like.push(kept.len());
            kept.push(item.clone());
        }
    }
    Value::Array(kept)
}

/// Returns a hash that is equal for values that are the [`same`]: of numbers by value, of objects in any order.
fn hash(value: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    std::mem::discriminant(value).hash(&mut hasher);
    match value {
        Value::Null => {}
        Value::Bool(value) => value.hash(&mut hasher),
        // Zero has two signs.
        Value::Number(number) => (number.as_f64().unwrap_or_default() + 0.0).to_bits().hash(&mut hasher),
        Value::String(text) => text.hash(&mut hasher),
        Value::Array(items) => items.iter().for_each(|item| hasher.write_u64(hash(item))),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                let mut hasher = DefaultHasher::new();
                (name, hash(value)).hash(&mut hasher);
                hasher.finish()
            };
            hasher.write_u64(members.iter().map(member).fold(0, u64::wrapping_add));
        }
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_items_are_kept_once_however_they_are_written() {
        let items = json!([1, "1", 1.0, [1, { "a": 1, "b": null }], [1.0, { "b": null, "a": 1 }], 0.0, -0.0, {}, [], null, false, {}]);
        let kept = json!([1, "1", [1, { "a": 1, "b": null }], 0.0, {}, [], null, false]);
        assert_eq!(unique(items.as_array().unwrap()), kept);
        // 2^53 and its successor are equal as f64, but are two integers.
        let large = json!([9_007_199_254_740_992_u64, 9_007_199_254_740_993_u64]);
        assert_eq!(unique(large.as_array().unwrap()), large);
    }

    #[test]
    fn many_items_take_no_longer_each_than_few() {
        // Pairwise comparison would take minutes.
        let items: Vec<Value> = (0..200_000).map(|i| json!({ "name": format!("item {i}"), "n": i % 7 })).collect();
        assert_eq!(unique(&items).as_array().map(Vec::len), Some(200_000));
    }
}
