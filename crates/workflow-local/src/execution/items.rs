//! Groups the items of a distributed map into batches.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html>

use serde_json::{Map, Value};

use crate::payload::Payload;

/// Returns the items in batches, each with as many items as both limits allow (0 for no limit), and its number of
/// items. Returns the size of an item in bytes if it alone exceeds a batch.
pub(super) fn batches(
    items: Vec<Payload>,
    most: usize,
    most_bytes: usize,
    input: Option<&Value>,
) -> Result<Vec<(Payload, usize)>, usize> {
    let mut batches: Vec<Vec<Payload>> = Vec::new();
    let mut bytes = 0;
    for item in items {
        if most_bytes > 0 && item.bytes() > most_bytes {
            return Err(item.bytes());
        }
        let size = item.bytes() + 1;
        let full = batches.last().is_none_or(|batch| {
            (most > 0 && batch.len() >= most) || (most_bytes > 0 && !batch.is_empty() && bytes + size > most_bytes)
        });
        if full {
            batches.push(Vec::new());
            bytes = 0;
        }
        bytes += size;
        if let Some(batch) = batches.last_mut() {
            batch.push(item);
        }
    }
    let batch = |items: Vec<Payload>| {
        let size = items.len();
        let mut batch = Map::new();
        if let Some(input) = input {
            batch.insert("BatchInput".to_owned(), input.clone());
        }
        batch.insert("Items".to_owned(), items.into_iter().map(Payload::into_value).collect());
        (Payload::new(Value::Object(batch)), size)
    };
    Ok(batches.into_iter().map(batch).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn batches_keep_to_both_limits() {
        let items = || (0..5).map(|i| Payload::new(json!(i))).collect::<Vec<_>>();
        let sizes = |most, bytes| {
            batches(items(), most, bytes, None).unwrap().into_iter().map(|(_, size)| size).collect::<Vec<_>>()
        };
        assert_eq!(sizes(2, 0), [2, 2, 1]);
        assert_eq!(sizes(0, 7), [3, 2]);
        assert_eq!(sizes(0, 1), [1, 1, 1, 1, 1]);
        assert_eq!(batches(vec![json!("long").into()], 0, 5, None).err(), Some(6));
    }
}
