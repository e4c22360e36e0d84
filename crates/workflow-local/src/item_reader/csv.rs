//! CSV: rows as objects.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::bounds::ReadProgress;
use crate::program::CsvHeader;

/// Returns the rows of a CSV text as objects; at most `most`, or all if 0.
pub(super) fn objects(
    content: &str,
    delimiter: char,
    header: &CsvHeader,
    most: usize,
    reading: &mut ReadProgress,
) -> Result<Vec<Value>, String> {
    let mut rows = Rows::new(content, delimiter);
    let names = match header {
        CsvHeader::Given(names) => names.clone(),
        CsvHeader::FirstRow => rows.next().unwrap_or_default(),
    };
    reading.check_header(&names)?;
    if names.iter().collect::<BTreeSet<_>>().len() < names.len() {
        return Err("CSV headers cannot contain duplicates.".to_owned());
    }
    let object = |row: Vec<String>| {
        reading.count(names.len().max(1))?;
        let mut fields = row.into_iter();
        // Missing fields of a short row are empty. Extra fields of a long row are dropped.
        let members = names.iter().map(|name| (name.clone(), Value::String(fields.next().unwrap_or_default())));
        Ok(Value::Object(members.collect::<Map<_, _>>()))
    };
    rows.take(if most == 0 { usize::MAX } else { most }).map(object).collect()
}

/// The fields of each row that is not empty (RFC 4180, with the service's backslash escapes). A row ends with a line
/// feed, a carriage return, or both.
pub(super) struct Rows<'a> {
    chars: std::iter::Peekable<std::str::Chars<'a>>,
    delimiter: char,
}

impl<'a> Rows<'a> {
    pub(super) fn new(content: &'a str, delimiter: char) -> Self {
        Self { chars: content.chars().peekable(), delimiter }
    }

    /// Returns the next row; an empty one at the end.
    fn row(&mut self) -> Vec<String> {
        let (chars, delimiter) = (&mut self.chars, self.delimiter);
        let mut row = Vec::new();
        let mut field = String::new();
        let mut quoted = false;
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
                // AWS's example has doubled quotes in a field without quotes around it.
                '"' => {
                    chars.next_if_eq(&'"');
                    field.push('"');
                }
                // A backslash before any other character is dropped.
                '\\' => field.extend(chars.next_if(|next| matches!(next, '\\' | '"') || *next == delimiter)),
                c if quoted => field.push(c),
                c if c == delimiter => row.push(std::mem::take(&mut field)),
                '\r' | '\n' => {
                    if c == '\r' {
                        chars.next_if_eq(&'\n');
                    }
                    row.push(field);
                    return row;
                }
                c => field.push(c),
            }
        }
        if !field.is_empty() || !row.is_empty() {
            row.push(field);
        }
        row
    }
}

impl Iterator for Rows<'_> {
    type Item = Vec<String>;

    fn next(&mut self) -> Option<Vec<String>> {
        loop {
            let row = self.row();
            match row.as_slice() {
                [] => return None,
                // An empty line.
                [only] if only.is_empty() => {}
                _ => return Some(row),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str, names: &[&str]) -> Result<Value, String> {
        let header = CsvHeader::Given(names.iter().map(|name| (*name).to_owned()).collect());
        objects(text, ',', &header, 0, &mut ReadProgress::default()).map(Value::Array)
    }

    #[test]
    fn reads_csv_as_the_service_does() {
        assert_eq!(
            read("a,\"b,\"\"c\",\\,d,e\n,,\n   \n1", &["x", "y", "z"]).unwrap(),
            json!([
                {"x": "a", "y": "b,\"c", "z": ",d"},
                {"x": "", "y": "", "z": ""},
                {"x": "   ", "y": "", "z": ""},
                {"x": "1", "y": "", "z": ""},
            ])
        );
        assert_eq!(
            read("{\"\"k\"\":1},\"\",6\" nail", &["x", "y", "z"]).unwrap(),
            json!([{"x": "{\"k\":1}", "y": "", "z": "6\" nail"}])
        );
        assert!(read("a", &["x", "x"]).is_err());
    }

    #[test]
    fn short_rows_count_with_all_their_columns() {
        let names: Vec<_> = (0..1000).map(|at| at.to_string()).collect();
        let read = |rows: usize| {
            let mut reading = ReadProgress::of_values("b/x", super::super::bounds::VALUES - 10_000);
            objects(&"1\n".repeat(rows), ',', &CsvHeader::Given(names.clone()), 0, &mut reading).map(|rows| rows.len())
        };
        assert_eq!(read(10), Ok(10));
        assert!(read(11).unwrap_err().starts_with("b/x: The items have more than 5000000 values together"));
    }

    #[test]
    fn a_row_ends_with_either_character_or_both() {
        let rows = json!([{"x": "1", "y": "2"}, {"x": "3\r4", "y": "5"}, {"x": "6", "y": ""}]);
        for end in ["\n", "\r", "\r\n"] {
            let text = ["1,2", "", "\"3\r4\",5", "6"].join(end);
            assert_eq!(read(&text, &["x", "y"]).unwrap(), rows, "{end:?}");
            assert_eq!(read(&format!("{text}{end}"), &["x", "y"]).unwrap(), rows, "{end:?}");
        }
    }
}
