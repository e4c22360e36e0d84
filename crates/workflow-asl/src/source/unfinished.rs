//! Documents that are being written: what can be read of a text that is not JSON or YAML yet.

use serde_json::Value;

use super::embedded::{Positioned, PositionedValue};
use super::{Format, MAX_BYTES, MAX_DEPTH, Source, yaml};

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
            _ => {
                let mut reader = Reader { text, at: 0, depth: 0, lists: 0 };
                let document = reader.value();
                Some(Self::embedded(text.to_owned(), document))
            }
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

/// The most bytes of a placeholder without quotes. A text may have many beginnings of one.
const PLACEHOLDER_BYTES: usize = 256;

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    /// The lists that are open.
    lists: usize,
}

impl Reader<'_> {
    /// Returns the next byte that is not blank.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..)?;
        self.at += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.text.as_bytes().get(self.at).copied()
    }

    fn value(&mut self) -> Positioned {
        let start = self.peek().map_or(self.text.len(), |_| self.at);
        let value = match self.peek() {
            Some(b'{' | b'[') if self.depth >= MAX_DEPTH => {
                self.at = self.text.len();
                PositionedValue::Scalar(Value::Null)
            }
            Some(open @ (b'{' | b'[')) => {
                self.at += 1;
                self.depth += 1;
                let parts = match open {
                    b'{' => self.members(),
                    _ => {
                        self.lists += 1;
                        let items = self.items();
                        self.lists -= 1;
                        items
                    }
                };
                self.depth -= 1;
                parts
            }
            Some(b'"') => PositionedValue::Quoted(self.string()),
            None | Some(b',' | b'}' | b']' | b':') => PositionedValue::Scalar(Value::Null),
            Some(_) => {
                let word = self.word();
                let word = self.text.get(word.0..word.0 + word.1).unwrap_or_default();
                match serde_json::from_str(word) {
                    Ok(value) => PositionedValue::Scalar(value),
                    Err(_) => PositionedValue::Unknown(word.to_owned()),
                }
            }
        };
        Positioned { span: (start, self.at - start), value }
    }

    fn members(&mut self) -> PositionedValue {
        let mut members = Vec::new();
        loop {
            let start = match self.peek() {
                None => break,
                Some(b']') if self.lists > 0 => break,
                Some(b'}') => {
                    self.at += 1;
                    break;
                }
                Some(b',' | b':' | b']') => {
                    self.at += 1;
                    continue;
                }
                Some(b'{' | b'[') => {
                    self.value();
                    continue;
                }
                Some(_) => self.at,
            };
            let key = if self.peek() == Some(b'"') {
                self.string()
            } else {
                let (start, length) = self.word();
                self.text.get(start..start + length).unwrap_or_default().to_owned()
            };
            let span = (start, self.at - start);
            let end = self.at;
            let has_value = self.peek() == Some(b':');
            self.at = if has_value { self.at + 1 } else { end };
            let missing = Positioned { span: (self.at, 0), value: PositionedValue::Scalar(Value::Null) };
            let value = if !has_value || self.a_key_follows() { missing } else { self.value() };
            members.push((key, span, value));
        }
        PositionedValue::Members(members)
    }

    fn items(&mut self) -> PositionedValue {
        let mut items = Vec::new();
        loop {
            match self.peek() {
                None | Some(b'}') => break,
                Some(b']') => {
                    self.at += 1;
                    break;
                }
                Some(b',' | b':') => self.at += 1,
                Some(_) => items.push(self.value()),
            }
        }
        PositionedValue::Items(items)
    }

    /// Returns whether a later line begins with a key, so that there is no value before it.
    fn a_key_follows(&mut self) -> bool {
        let start = self.at;
        let follows =
            self.peek() == Some(b'"') && self.text.get(start..self.at).is_some_and(|blanks| blanks.contains('\n')) && {
                self.string();
                self.peek() == Some(b':')
            };
        self.at = start;
        follows
    }

    /// Passes a string, and returns its value.
    fn string(&mut self) -> String {
        let start = self.at;
        let rest = self.text.get(start + 1..).unwrap_or_default();
        let (mut escaped, mut end) = (false, None);
        for (at, byte) in rest.bytes().enumerate() {
            match byte {
                b'"' if !escaped => {
                    end = Some((at, at + 1));
                    break;
                }
                b'\n' => break,
                _ => escaped = byte == b'\\' && !escaped,
            }
        }
        let (length, passed) = end.unwrap_or_else(|| {
            let line = rest.lines().next().unwrap_or_default();
            let length = line.trim_end_matches([',', ' ', '\t', '\r']).len();
            (length, length)
        });
        self.at = start + 1 + passed;
        let raw = rest.get(..length).unwrap_or_default();
        serde_json::from_str(&format!("\"{raw}\"")).unwrap_or_else(|_| raw.to_owned())
    }

    /// Passes what is neither a string nor a bracket, at least one character.
    fn word(&mut self) -> (usize, usize) {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        let near = rest.bytes().take(PLACEHOLDER_BYTES).position(|byte| byte == b'}');
        let placeholder = near.filter(|_| rest.starts_with("${")).map(|end| end + 1);
        let ends = |c: char| c.is_whitespace() || ",:{}[]\"".contains(c);
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let length = placeholder.unwrap_or_else(|| rest.find(ends).unwrap_or(rest.len())).max(first);
        self.at += length;
        (start, length)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
