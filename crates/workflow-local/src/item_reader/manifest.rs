//! Manifests: objects that list the objects with the items.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::bounds::ReadProgress;
use super::bytes::Object;
use super::{Item, csv, listed};
use crate::program::CsvHeader;
use crate::store::ObjectStore;

/// Returns the objects that an S3 inventory lists in its data files.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html>
pub(super) fn inventory(
    manifest: &Object,
    store: &dyn ObjectStore,
    most: usize,
    reading: &mut ReadProgress,
) -> Result<Vec<Item>, String> {
    let wrong = |what: &str| format!("{}: The S3 inventory manifest {what}.", manifest.name());
    let value: Value =
        serde_json::from_slice(manifest.bytes()).map_err(|error| wrong(&format!("is not JSON: {error}")))?;
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    match text("fileFormat") {
        Some("CSV") => {}
        Some(other) => return Err(wrong(&format!("is of {other} files, and must be of CSV files"))),
        None => return Err(wrong("has no `fileFormat`")),
    }
    let schema = text("fileSchema").ok_or_else(|| wrong("has no `fileSchema`"))?;
    let header = CsvHeader::Given(schema.split(',').map(|name| name.trim().to_owned()).collect());
    let bucket = text("destinationBucket").ok_or_else(|| wrong("has no `destinationBucket`"))?;
    // It is an ARN, arn:aws:s3:::NAME.
    let bucket = bucket.rsplit(':').next().unwrap_or(bucket);
    let files = value.get("files").and_then(Value::as_array).ok_or_else(|| wrong("has no `files`"))?;
    let mut items = Vec::new();
    for file in files {
        if most > 0 && items.len() >= most {
            break;
        }
        let key = file.get("key").and_then(Value::as_str).ok_or_else(|| wrong("has a file without a `key`"))?;
        let data = Object::read(store, bucket, key, None)?;
        let rest = most.saturating_sub(items.len());
        reading.object = data.name();
        let mut rows = csv::objects(data.text()?, ',', &header, rest, reading)?;
        rows.iter_mut().filter_map(|row| row.get_mut("Key")).for_each(decode);
        items.extend(listed(Value::Array(rows), &data.source().into(), rest)?);
    }
    Ok(items)
}

/// Decodes a key: inventories in CSV format contain URL-encoded keys. S3 documents this; for Step Functions it is not
/// documented.
fn decode(key: &mut Value) {
    if let Value::String(key) = key {
        let spaced = key.replace('+', " ");
        *key = percent_decode_str(&spaced).decode_utf8_lossy().into_owned();
    }
}

/// Returns bucket and key of each data file of an Athena `UNLOAD`, whose manifest has one `s3://` URI per line.
///
/// <https://docs.aws.amazon.com/athena/latest/ug/unload.html>
pub(super) fn athena(manifest: &Object) -> Result<Vec<(String, String)>, String> {
    let rows = csv::Rows::new(manifest.text()?, ',');
    let place = |row: Vec<String>| {
        let uri = row.into_iter().next().unwrap_or_default();
        let place = uri.trim().strip_prefix("s3://").and_then(|place| place.split_once('/'));
        place.map(|(bucket, key)| (bucket.to_owned(), key.to_owned())).ok_or_else(|| {
            format!("{}: The Athena manifest must have s3://BUCKET/KEY in each line, not '{uri}'.", manifest.name())
        })
    };
    rows.map(place).collect()
}
