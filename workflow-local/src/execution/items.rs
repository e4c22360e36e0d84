//! The items of a distributed map: read from an object store, and put into batches.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html>

use serde_json::{Map, Value, json};

use super::map::listed;
use super::thread::MapItem;
use crate::payload::Payload;
use crate::program::{CsvHeader, Reader};
use crate::store::ObjectStore;

/// Reads the value that a map's items are taken from.
pub(super) fn read(reader: &Reader, arguments: &Value, store: &dyn ObjectStore) -> Result<Value, String> {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default();
    let bucket = text("Bucket");
    if reader.lists {
        let listed = store.list(bucket, text("Prefix"))?;
        let object = |(key, size): (String, usize)| json!({ "Etag": "", "Key": key, "LastModified": 0, "Size": size, "StorageClass": "STANDARD" });
        return Ok(Value::Array(listed.into_iter().map(object).collect()));
    }
    let bytes = store.get(bucket, text("Key"))?;
    let content = String::from_utf8(bytes).map_err(|_| "The object is not UTF-8 text.".to_owned())?;
    match reader.input_type.as_deref() {
        Some("CSV") => csv(&content, reader.delimiter, &reader.header),
        Some("JSONL") => content
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| serde_json::from_str(line).map_err(not_json))
            .collect::<Result<_, _>>()
            .map(Value::Array),
        Some(other @ ("PARQUET" | "MANIFEST")) => Err(format!(
            "The local engine does not read the InputType {other}: give the items as CSV, JSON or JSONL, or let a test give them."
        )),
        _ => pointed(serde_json::from_str(&content).map_err(not_json)?, reader),
    }
}

/// `ItemsPointer`: where in a JSON document the items are.
pub(super) fn pointed(value: Value, reader: &Reader) -> Result<Value, String> {
    match &reader.items_pointer {
        Some(pointer) => {
            value.pointer(pointer).cloned().ok_or_else(|| format!("The ItemsPointer '{pointer}' points to nothing."))
        }
        None => Ok(value),
    }
}

fn not_json(error: serde_json::Error) -> String {
    format!("The object is not JSON: {error}")
}

/// At most as many items as the reader allows; 0 for all.
pub(super) fn first(value: Value, most: usize) -> Result<Vec<MapItem>, String> {
    let mut items =
        listed(Payload::new(value), true).map_err(|_| "Attempting to map over non-iterable node.".to_owned())?;
    if most > 0 {
        items.truncate(most);
    }
    Ok(items)
}

/// The rows of a CSV text as objects.
fn csv(content: &str, delimiter: char, header: &CsvHeader) -> Result<Value, String> {
    let mut rows = rows(content, delimiter).into_iter();
    let names = match header {
        CsvHeader::Given(names) => names.clone(),
        CsvHeader::FirstRow => rows.next().unwrap_or_default(),
    };
    if names.iter().enumerate().any(|(i, name)| names.iter().take(i).any(|other| other == name)) {
        return Err("CSV headers cannot contain duplicates.".to_owned());
    }
    let object = |row: Vec<String>| {
        let mut fields = row.into_iter();
        // A short row's missing fields are empty, a long row's further ones are dropped.
        let members = names.iter().map(|name| (name.clone(), Value::String(fields.next().unwrap_or_default())));
        Value::Object(members.collect::<Map<_, _>>())
    };
    Ok(Value::Array(rows.map(object).collect()))
}

/// The fields of each row (RFC 4180, with the service's backslash escapes).
fn rows(content: &str, delimiter: char) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut field = String::new();
    let mut quoted = false;
    let mut chars = content.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted => {
                if chars.next_if_eq(&'"').is_some() {
                    field.push('"');
                } else {
                    quoted = false;
                }
            }
            '"' if field.is_empty() => quoted = true,
            // A backslash before anything but these is dropped.
            '\\' => field.extend(chars.next_if(|next| matches!(next, '\\' | '"') || *next == delimiter)),
            c if quoted => field.push(c),
            c if c == delimiter => row.push(std::mem::take(&mut field)),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            c => field.push(c),
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    rows.retain(|row| row.len() > 1 || row.iter().any(|field| !field.is_empty()));
    rows
}

/// Items in batches, each as many as fit both limits (0 for none).
pub(super) fn batches(
    items: Vec<Payload>,
    most: usize,
    most_bytes: usize,
    input: Option<&Value>,
) -> Vec<(Payload, usize)> {
    let mut batches: Vec<Vec<Payload>> = Vec::new();
    let mut bytes = 0;
    for item in items {
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
    batches.into_iter().map(batch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_csv_as_the_service_does() {
        let read = |text: &str, names: &[&str]| {
            csv(text, ',', &CsvHeader::Given(names.iter().map(|name| (*name).to_owned()).collect()))
        };
        assert_eq!(
            read("a,\"b,\"\"c\",\\,d,e\n,,\n   \n1", &["x", "y", "z"]).unwrap(),
            json!([
                {"x": "a", "y": "b,\"c", "z": ",d"},
                {"x": "", "y": "", "z": ""},
                {"x": "   ", "y": "", "z": ""},
                {"x": "1", "y": "", "z": ""},
            ])
        );
        assert!(read("a", &["x", "x"]).is_err());
    }

    #[test]
    fn batches_keep_to_both_limits() {
        let items = || (0..5).map(|i| Payload::new(json!(i))).collect::<Vec<_>>();
        let sizes =
            |most, bytes| batches(items(), most, bytes, None).into_iter().map(|(_, size)| size).collect::<Vec<_>>();
        assert_eq!(sizes(2, 0), [2, 2, 1]);
        assert_eq!(sizes(0, 7), [3, 2]);
        assert_eq!(sizes(0, 1), [1, 1, 1, 1, 1]);
    }
}
