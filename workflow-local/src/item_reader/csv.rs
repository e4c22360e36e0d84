//! CSV: rows as objects.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::program::CsvHeader;

/// The rows of a CSV text as objects.
pub(super) fn objects(content: &str, delimiter: char, header: &CsvHeader, most: usize) -> Result<Vec<Value>, String> {
    // The header is a row too.
    let most = if most == 0 { usize::MAX } else { most.saturating_add(1) };
    let mut rows = rows(content, delimiter, most).into_iter();
    let names = match header {
        CsvHeader::Given(names) => names.clone(),
        CsvHeader::FirstRow => rows.next().unwrap_or_default(),
    };
    if names.iter().collect::<BTreeSet<_>>().len() < names.len() {
        return Err("CSV headers cannot contain duplicates.".to_owned());
    }
    let object = |row: Vec<String>| {
        let mut fields = row.into_iter();
        // A short row's missing fields are empty, a long row's further ones are dropped.
        let members = names.iter().map(|name| (name.clone(), Value::String(fields.next().unwrap_or_default())));
        Value::Object(members.collect::<Map<_, _>>())
    };
    Ok(rows.map(object).collect())
}

/// The fields of each row (RFC 4180, with the service's backslash escapes), of at most so many rows.
pub(super) fn rows(content: &str, delimiter: char, most: usize) -> Vec<Vec<String>> {
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
                push(&mut rows, std::mem::take(&mut row));
                if rows.len() >= most {
                    return rows;
                }
            }
            c => field.push(c),
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        push(&mut rows, row);
    }
    rows
}

/// Adds a row unless its line is empty.
fn push(rows: &mut Vec<Vec<String>>, row: Vec<String>) {
    if row.len() > 1 || row.iter().any(|field| !field.is_empty()) {
        rows.push(row);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_csv_as_the_service_does() {
        let read = |text: &str, names: &[&str]| {
            objects(text, ',', &CsvHeader::Given(names.iter().map(|name| (*name).to_owned()).collect()), 0)
                .map(Value::Array)
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
}
