//! Parquet: rows as objects.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use bytes::Bytes;
use serde_json::Value;

use super::bounds::ReadProgress;

/// Returns the rows of a file; at most `most`, or all if 0. Numbers, texts, lists and groups are JSON's; dates, times and
/// decimals are text, and bytes are text in Base64.
pub(super) fn rows(bytes: &[u8], most: usize, reading: &mut ReadProgress) -> Result<Vec<Value>, String> {
    let object = reading.object.clone();
    let broken = |why: &str| format!("{object}: The object is not a Parquet file that can be read: {why}");
    // The decoder may panic on a file that it should reject.
    let read = catch_unwind(AssertUnwindSafe(|| read(bytes, most, reading)));
    match read.unwrap_or_else(|_| Err(Unread::Broken("its pages are malformed".to_owned()))) {
        Ok(rows) => Ok(rows),
        Err(Unread::Broken(why)) => Err(broken(&why)),
        Err(Unread::TooLarge(message)) => Err(message),
    }
}

/// The reason why rows were not read.
enum Unread {
    Broken(String),
    TooLarge(String),
}

impl From<ParquetError> for Unread {
    fn from(error: ParquetError) -> Self {
        Self::Broken(error.to_string())
    }
}

fn read(bytes: &[u8], most: usize, reading: &mut ReadProgress) -> Result<Vec<Value>, Unread> {
    let file = SerializedFileReader::new(Bytes::copy_from_slice(bytes))?;
    let rows = file.get_row_iter(None)?;
    let row = |row: Result<::parquet::record::Row, ParquetError>| {
        let row = row?.to_json_value();
        reading.count(values(&row)).map_err(Unread::TooLarge)?;
        Ok(row)
    };
    rows.take(if most == 0 { usize::MAX } else { most }).map(row).collect()
}

/// Returns the number of values in a row. The depth of a value is limited by the file's schema.
fn values(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(values).sum::<usize>() + 1,
        Value::Object(members) => members.values().map(values).sum::<usize>() + 1,
        _ => 1,
    }
}
