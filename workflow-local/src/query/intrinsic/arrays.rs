//! The intrinsic functions for arrays.

use serde_json::Value;
use workflow_asl::limits::ARRAY_RANGE_ITEMS;

use super::same;

pub(super) fn partition(items: &[Value], size: i64) -> Result<Value, String> {
    let size = usize::try_from(size).ok().filter(|size| *size > 0);
    let Some(size) = size else { return Err("the size of a partition must be positive".to_owned()) };
    Ok(items.chunks(size).map(|chunk| Value::Array(chunk.to_vec())).collect())
}

pub(super) fn range(first: i64, last: i64, step: i64) -> Result<Value, String> {
    if step == 0 {
        return Err("the step of a range must not be 0".to_owned());
    }
    let mut items = Vec::new();
    let mut next = Some(first);
    while let Some(number) = next.filter(|number| if step > 0 { *number <= last } else { *number >= last }) {
        if items.len() == ARRAY_RANGE_ITEMS {
            return Err(format!("the range has more than {ARRAY_RANGE_ITEMS} items"));
        }
        items.push(Value::from(number));
        next = number.checked_add(step);
    }
    Ok(Value::Array(items))
}

pub(super) fn item(items: &[Value], index: i64) -> Result<Value, String> {
    let item = usize::try_from(index).ok().and_then(|index| items.get(index));
    item.cloned().ok_or_else(|| format!("index {index} is outside of the array, which has {} items", items.len()))
}

pub(super) fn unique(items: &[Value]) -> Value {
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        if !kept.iter().any(|other| same(other, Some(item))) {
            kept.push(item.clone());
        }
    }
    Value::Array(kept)
}
