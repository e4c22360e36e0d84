//! Item readers: what a distributed map reads its items from, in an object store.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html>

mod bytes;
mod csv;
mod manifest;

use serde_json::{Value, json};
use workflow_asl::limits::ITEM_BYTES;

use crate::program::{Format, Reader, Source};
use crate::store::{ListedObject, ObjectStore};
use bytes::Object;

/// Reads the value that a map's items are taken from: an array, or an object of members. Where `most` is not 0, more
/// items than that need not be read.
pub(crate) fn read(reader: &Reader, arguments: &Value, store: &dyn ObjectStore, most: usize) -> Result<Value, String> {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str);
    let bucket = text("Bucket").unwrap_or_default();
    let object = || {
        let key = text("Key").unwrap_or_default();
        Object::read(store, bucket, key, text("VersionId"))
    };
    let prefix = text("Prefix").unwrap_or_default();
    match &reader.source {
        Source::Object(format) => format.read(object()?, most),
        Source::List => {
            let listed = store.list(bucket, prefix)?;
            let most = if most == 0 { listed.len() } else { most };
            Ok(Value::Array(listed.into_iter().take(most).map(item).collect()))
        }
        Source::EachListed(format) => {
            // The console makes an empty object for a folder, which holds nothing to read.
            let listed = store.list(bucket, prefix)?;
            let objects = listed.into_iter().filter(|object| !(object.size == 0 && object.key.ends_with('/')));
            let keys = objects.map(|object| (bucket.to_owned(), object.key));
            format.read_each(keys, store, most)
        }
        Source::Inventory => manifest::inventory(object()?, store, most),
        Source::Athena(format) => format.read_each(manifest::athena(object()?)?.into_iter(), store, most),
    }
}

/// A listed object as an item.
fn item(object: ListedObject) -> Value {
    json!({
        "Etag": object.etag,
        "Key": object.key,
        "LastModified": object.last_modified.as_millis().div_euclid(1000),
        "Size": object.size,
        "StorageClass": "STANDARD",
    })
}

/// `ItemsPointer`: where in a JSON document the items are.
pub(crate) fn pointed(value: Value, pointer: Option<&str>) -> Result<Value, String> {
    let Some(pointer) = pointer else { return Ok(value) };
    match value.pointer(pointer) {
        Some(items) => Ok(items.clone()),
        None => Err(format!("The ItemsPointer '{pointer}' points to nothing.")),
    }
}

impl Format {
    /// The items of one object.
    fn read(&self, object: Object, most: usize) -> Result<Value, String> {
        let large = object.bytes.len() > ITEM_BYTES / 8;
        let named = |text: String| format!("{}: {text}", object.name);
        let value = match self {
            Self::Csv { delimiter, header } => {
                csv::objects(object.text()?, *delimiter, header, most).map(Value::Array)?
            }
            Self::JsonLines => {
                let lines = object.text()?.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
                let most = if most == 0 { usize::MAX } else { most };
                let parsed = lines.take(most).map(|(number, line)| {
                    serde_json::from_str(line)
                        .map_err(|error| named(format!("Line {} is not JSON: {error}", number.saturating_add(1))))
                });
                Value::Array(parsed.collect::<Result<_, _>>()?)
            }
            Self::Json { pointer } => {
                let value = serde_json::from_slice(&object.bytes)
                    .map_err(|error| named(format!("The object is not JSON: {error}")))?;
                pointed(value, pointer.as_deref())?
            }
            Self::Parquet => {
                return Err(
                    "The local engine does not read the InputType PARQUET: give the items as CSV, JSON or JSONL, or \
                     let a test give them."
                        .to_owned(),
                );
            }
        };
        // An item of a smaller object cannot be too large: no text becomes eight times its length as JSON.
        if large {
            let too_large = match &value {
                Value::Array(items) => items.iter().position(is_too_large),
                Value::Object(members) => members.values().position(is_too_large),
                _ => None,
            };
            if let Some(index) = too_large {
                return Err(named(format!("The item at index {index} has more than {ITEM_BYTES} bytes.")));
            }
        }
        Ok(value)
    }

    /// The items of several objects, one after the other.
    fn read_each(
        &self,
        objects: impl Iterator<Item = (String, String)>,
        store: &dyn ObjectStore,
        most: usize,
    ) -> Result<Value, String> {
        let mut items = Vec::new();
        for (bucket, key) in objects {
            if most > 0 && items.len() >= most {
                break;
            }
            match self.read(Object::read(store, &bucket, &key, None)?, most)? {
                Value::Array(read) => items.extend(read),
                Value::Object(members) => items.extend(members.into_iter().map(|(_, value)| value)),
                _ => return Err(format!("{bucket}/{key}: Attempting to map over non-iterable node.")),
            }
        }
        Ok(Value::Array(items))
    }
}

fn is_too_large(item: &Value) -> bool {
    crate::payload::json_bytes(item) > ITEM_BYTES
}
