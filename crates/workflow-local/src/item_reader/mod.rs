//! Item readers: read the items of a distributed map from an object store.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html>

mod bounds;
mod bytes;
mod csv;
mod manifest;
#[cfg(feature = "parquet")]
mod parquet;

use std::sync::Arc;

use serde_json::{Value, json};
use workflow_asl::limits::ITEM_BYTES;

use crate::json_text::{self, Extent};
use crate::program::{Format, Reader, Source};
use crate::store::{ListedObject, ObjectStore};
pub(crate) use bounds::OBJECT_BYTES;
use bounds::ReadProgress;
use bytes::Object;

/// The source, in the context object, of an item from the state's input.
pub(crate) const STATE_DATA: &str = "STATE_DATA";

/// An item that was read.
#[derive(Debug)]
pub(crate) struct Item {
    /// The member's name, when the items are an object's members.
    pub(crate) key: Option<String>,
    pub(crate) value: Value,
    /// The source: `s3://BUCKET` for an object of a listing, else `s3://BUCKET/KEY`.
    pub(crate) source: Arc<str>,
}

/// Reads the items; at most `most`, or all if 0.
pub(crate) fn read(
    reader: &Reader,
    arguments: &Value,
    store: &dyn ObjectStore,
    most: usize,
) -> Result<Vec<Item>, String> {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str);
    let bucket = text("Bucket").unwrap_or_default();
    let object = || {
        let (key, version) = (text("Key").unwrap_or_default(), text("VersionId"));
        if version.is_some() && matches!(reader.source, Source::Object(Format::Parquet)) {
            return Err("S3 Version ID selection is not currently supported for PARQUET files".to_owned());
        }
        Object::read(store, bucket, key, version)
    };
    let prefix = text("Prefix").unwrap_or_default();
    let mut reading = ReadProgress::default();
    match &reader.source {
        Source::Object(format) => format.read(&object()?, most, &mut reading),
        Source::List => {
            let listed = store.list(bucket, prefix)?;
            let most = if most == 0 { listed.len() } else { most };
            let source: Arc<str> = uri(bucket, None).into();
            let item = |object| Item { key: None, value: listed_item(object), source: Arc::clone(&source) };
            Ok(listed.into_iter().take(most).map(item).collect())
        }
        Source::EachListed(format) => {
            // The console creates an empty object for a folder.
            let listed = store.list(bucket, prefix)?;
            let objects = listed.into_iter().filter(|object| !(object.size == 0 && object.key.ends_with('/')));
            let keys = objects.map(|object| (bucket.to_owned(), object.key));
            format.read_each(keys, store, most, &mut reading)
        }
        Source::Inventory => manifest::inventory(&object()?, store, most, &mut reading),
        Source::Athena(format) => {
            format.read_each(manifest::athena(&object()?)?.into_iter(), store, most, &mut reading)
        }
    }
}

/// Returns the source, in the context object, of the items that a reader requests.
pub(crate) fn source(reader: &Reader, arguments: &Value) -> String {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default();
    let key = Some(text("Key")).filter(|_| !matches!(reader.source, Source::List));
    uri(text("Bucket"), key)
}

fn uri(bucket: &str, key: Option<&str>) -> String {
    match key {
        Some(key) => format!("s3://{bucket}/{key}"),
        None => format!("s3://{bucket}"),
    }
}

/// Returns a listed object as an item.
fn listed_item(object: ListedObject) -> Value {
    json!({
        "Etag": object.etag,
        "Key": object.key,
        "LastModified": object.last_modified.as_millis().div_euclid(1000),
        "Size": object.size,
        "StorageClass": "STANDARD",
    })
}

/// Applies `ItemsPointer`: returns the items within a JSON document.
pub(crate) fn pointed(value: Value, pointer: Option<&str>) -> Result<Value, String> {
    let Some(pointer) = pointer else { return Ok(value) };
    match value.pointer(pointer) {
        Some(items) => Ok(items.clone()),
        None => Err(format!("The ItemsPointer '{pointer}' points to nothing.")),
    }
}

/// Returns the items of an array, or the members of an object; at most `most`, or all if 0.
pub(crate) fn listed(value: Value, source: &Arc<str>, most: usize) -> Result<Vec<Item>, String> {
    let most = if most == 0 { usize::MAX } else { most };
    let item = |key, value| Item { key, value, source: Arc::clone(source) };
    Ok(match value {
        Value::Array(items) => items.into_iter().take(most).map(|value| item(None, value)).collect(),
        Value::Object(members) => members.into_iter().take(most).map(|(key, value)| item(Some(key), value)).collect(),
        _ => return Err("Attempting to map over non-iterable node.".to_owned()),
    })
}

impl Format {
    /// Returns the items of one object, as an array or an object of members.
    fn value(&self, object: &Object, most: usize, reading: &mut ReadProgress) -> Result<Value, String> {
        reading.object = object.name();
        let named = |text: String| format!("{}: {text}", object.name());
        Ok(match self {
            Self::Csv { delimiter, header } => {
                Value::Array(csv::objects(object.text()?, *delimiter, header, most, reading)?)
            }
            Self::JsonLines => {
                let lines = object.text()?.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
                let most = if most == 0 { usize::MAX } else { most };
                let parsed = lines.take(most).map(|(number, line)| {
                    let extent = Extent::of(line.as_bytes());
                    reading.count(extent.values)?;
                    json_text::parse_of(line.as_bytes(), extent)
                        .map_err(|error| named(format!("Line {} is not JSON: {error}", number.saturating_add(1))))
                });
                Value::Array(parsed.collect::<Result<_, _>>()?)
            }
            Self::Json { pointer } => {
                let extent = Extent::of(object.bytes());
                reading.count(extent.values)?;
                let value = json_text::parse_of(object.bytes(), extent)
                    .map_err(|error| named(format!("The object is not JSON: {error}")))?;
                pointed(value, pointer.as_deref())?
            }
            #[cfg(feature = "parquet")]
            Self::Parquet => Value::Array(parquet::rows(object.bytes(), most, reading)?),
            #[cfg(not(feature = "parquet"))]
            Self::Parquet => {
                return Err(
                    "The local engine reads the InputType PARQUET with the feature `parquet` of workflow-local, \
                            which is off."
                        .to_owned(),
                );
            }
        })
    }

    /// Returns the items of one object; at most `most`, or all if 0.
    fn read(&self, object: &Object, most: usize, reading: &mut ReadProgress) -> Result<Vec<Item>, String> {
        let value = self.value(object, most, reading)?;
        let items = listed(value, &object.source().into(), most)?;
        // An item of a smaller object cannot be too large: as JSON, no text becomes eight times as long.
        if object.bytes().len() > ITEM_BYTES / 8
            && let Some(index) = items.iter().position(|item| is_too_large(&item.value))
        {
            return Err(format!("{}: The item at index {index} has more than {ITEM_BYTES} bytes.", object.name()));
        }
        Ok(items)
    }

    /// Returns the items of several objects, one after the other.
    fn read_each(
        &self,
        objects: impl Iterator<Item = (String, String)>,
        store: &dyn ObjectStore,
        most: usize,
        reading: &mut ReadProgress,
    ) -> Result<Vec<Item>, String> {
        let mut items = Vec::new();
        for (bucket, key) in objects {
            if most > 0 && items.len() >= most {
                break;
            }
            let rest = most.saturating_sub(items.len());
            let read = self.read(&Object::read(store, &bucket, &key, None)?, rest, reading)?;
            items.extend(read);
        }
        Ok(items)
    }
}

fn is_too_large(item: &Value) -> bool {
    crate::payload::json_bytes(item) > ITEM_BYTES
}
