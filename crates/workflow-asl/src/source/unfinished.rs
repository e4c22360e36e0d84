//! Documents that are being written: what can be read of a text that is not JSON or YAML yet.

use super::json::Reader;
use super::{Format, MAX_BYTES, Source, yaml};

/// The number of lines of a YAML document that are mended, each in up to three ways.
const MENDED_LINES: usize = 8;

impl Source {
    /// Reads what there is of a document that may be unfinished, for editors. In JSON, a missing value is null, a bracket
    /// that is not closed ends with its holder, and a quote that is not closed ends with its line. In YAML, lines that
    /// cannot be read are mended at their end or left out, so that [`text`](Self::text) has the same lines, and each
    /// position in a line that was not left out is the same.
    ///
    /// Returns `None` for YAML with too much that cannot be read, and for a text over [`MAX_BYTES`].
    ///
    /// ```
    /// use workflow_asl::source::{Format, Source};
    ///
    /// let source = Source::read_unfinished(r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Ne"#, Format::Json);
    /// let state = &source.unwrap().into_value()["States"]["A"];
    /// assert_eq!((state["Type"].as_str(), state.get("Ne")), (Some("Pass"), Some(&serde_json::Value::Null)));
    /// ```
    pub fn read_unfinished(text: &str, format: Format) -> Option<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.len() > MAX_BYTES || text.contains('\0') {
            return None;
        }
        match format {
            Format::Yaml if !text.trim_start().starts_with('{') => {
                let text = mended(text)?;
                Self::read_repeated(text.as_bytes(), Format::Yaml).ok()
            }
            _ => Some(Self::embedded(text.to_owned(), Reader::new(text, true).value())),
        }
    }
}

/// Returns the text with the lines mended that YAML cannot be read for.
fn mended(text: &str) -> Option<String> {
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let mut tried: Vec<usize> = vec![0; lines.len()];
    for _ in 0..MENDED_LINES * 3 {
        let joined = lines.join("\n");
        let at = match yaml::read(&joined) {
            Ok(_) => return Some(joined),
            Err(error) => error.location.offset,
        };
        let number = joined.get(..at).unwrap_or(&joined).matches('\n').count().min(lines.len().saturating_sub(1));
        let above = (0..number).rev().find(|above| lines.get(*above).is_some_and(|line| !line.trim().is_empty()));
        let near = [Some(number), above];
        // A line that is not finished may only be a problem for the next one.
        let ending = near.into_iter().flatten().find_map(|near| {
            let is_new = tried.get(near) == Some(&0);
            Some((near, missing_end(lines.get(near)?).filter(|_| is_new)?))
        });
        if let Some((near, end)) = ending {
            lines.get_mut(near)?.push(end);
            *tried.get_mut(near)? = 1;
            continue;
        }
        let is_left = |near: &usize| tried.get(*near).is_some_and(|tried| *tried < 3);
        let near = near.into_iter().flatten().find(is_left)?;
        let (line, tried) = (lines.get_mut(near)?, tried.get_mut(near)?);
        match line.find(": ").filter(|_| *tried < 2) {
            Some(end) => {
                line.truncate(end + 1);
                *tried = 2;
            }
            None => {
                line.clear();
                *tried = 3;
            }
        }
    }
    None
}

/// Returns the sign that is missing at the end of a line: a quote, or the colon after a key.
fn missing_end(line: &str) -> Option<char> {
    let word = line.trim().trim_start_matches("- ");
    let is_word = |c: char| c.is_alphanumeric() || "_-.$".contains(c);
    let is_odd = |quote: &char| line.matches(*quote).count() % 2 == 1;
    let quote = ['"', '\''].into_iter().find(is_odd);
    quote.or_else(|| (word.starts_with(char::is_alphabetic) && word.chars().all(is_word)).then_some(':'))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn value(text: &str, format: Format) -> Value {
        Source::read_unfinished(text, format).unwrap().into_value()
    }

    #[test]
    fn unfinished_json_has_what_is_written() {
        let cases = [
            (r#"{"a": 1, "b": {"c": "#, json!({"a": 1, "b": {"c": null}})),
            ("{\"a\": \n \"b\": 2}", json!({"a": null, "b": 2})),
            ("{\"a\": \"x,\n \"b\": 2}", json!({"a": "x", "b": 2})),
            (r#"{"a": [1, {"b"], "c": true"#, json!({"a": [1, {"b": null}], "c": true})),
            (r#"{"a": ${X}, ne, "b": [,]}"#, json!({"a": "${X}", "ne": null, "b": []})),
            (r#"{"a" "b": 1]"#, json!({"a": null, "b": 1})),
            (r#"{"a": {"x": 1]}, "b": 2}"#, json!({"a": {"x": 1}, "b": 2})),
            ("", Value::Null),
            ("\"", json!("")),
        ];
        for (text, expected) in cases {
            assert_eq!(value(text, Format::Json), expected, "{text}");
        }
    }

    #[test]
    fn many_brackets_that_are_not_closed_are_read() {
        for part in ["[", "{\"a\":", "${", "[{", "\"", "{\"a\":\n\"b\""] {
            let text = part.repeat(100_000);
            assert!(!Source::read_unfinished(&text, Format::Json).unwrap().parts().is_empty(), "{part}");
        }
    }

    #[cfg(feature = "yaml")]
    #[test]
    fn unfinished_yaml_has_what_is_written() {
        let cases = [
            ("a: 1\nb:\n  Ne\n  c: 2\n", json!({"a": 1, "b": {"Ne": null, "c": 2}})),
            ("a: 1\nb:\n  c: \"x\n  d: 2\n", json!({"a": 1, "b": {"c": "x", "d": 2}})),
            ("a: 1\nb: {% $x\nc: 2\n", json!({"a": 1, "b": null, "c": 2})),
            ("a:\n  - b: 1\n    Ne\n", json!({"a": [{"b": 1, "Ne": null}]})),
        ];
        for (text, expected) in cases {
            assert_eq!(value(text, Format::Yaml), expected, "{text}");
        }
    }
}
