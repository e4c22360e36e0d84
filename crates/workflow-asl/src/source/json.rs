//! JSON: the value, parsed by serde_json with duplicate keys rejected, and the positions of its parts.

use serde_json::Value;

use super::embedded::{self, Contents, Positioned, PositionedValue};
use super::{MAX_DEPTH, Read, SourceError, Span, boundary};
use crate::{Code, Diagnostic, Pointer};

/// Parses a string.
pub(super) fn read(text: &str) -> Result<Read, Box<SourceError>> {
    let value: Value = serde_json::from_str(text).map_err(|error| refusal(text, &error))?;
    let has_repeated = colons(text) != members(&value);
    let repeated = if has_repeated { contents(text).repeated } else { Vec::new() };
    Ok(Read { value, repeated, ..Read::default() })
}

/// Parses a string in which placeholders may be values without quotes: `"Seconds": ${Delay}`, for Terraform's
/// `templatefile` and CloudFormation's substitutions. It becomes valid JSON only after substitution.
pub(super) fn read_template(text: &str) -> Result<Read, Box<SourceError>> {
    let refused = match read(text) {
        Err(refused) if text.contains("${") => refused,
        read => return read,
    };
    let mut reader = Reader::new(text, false);
    let document = reader.value();
    if reader.placeholders.is_empty() {
        return Err(refused);
    }
    // With a string of the same length for each placeholder, positions are the same.
    let mut filled = text.to_owned();
    for (start, length) in reader.placeholders {
        filled.replace_range(start..start + length, &format!("\"{}\"", "_".repeat(length - 2)));
    }
    serde_json::from_str::<Value>(&filled).map_err(|error| refusal(text, &error))?;
    let Contents { value, bare, repeated, .. } = embedded::read(document);
    Ok(Read { value, bare, repeated, remarks: Vec::new() })
}

/// Returns the parts of a string that [`read_template`] accepts.
pub(super) fn contents(text: &str) -> Contents {
    embedded::read(Reader::new(text, false).value())
}

/// Returns the number of keys that a string which serde_json accepts has.
fn colons(text: &str) -> usize {
    let (mut count, mut in_string, mut escaped) = (0, false, false);
    for byte in text.bytes() {
        match byte {
            b'"' if !escaped => in_string = !in_string,
            b':' if !in_string => count += 1,
            _ => {}
        }
        escaped = byte == b'\\' && !escaped;
    }
    count
}

/// Returns the number of members of all objects in a value.
fn members(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(members).sum(),
        Value::Object(object) => object.len() + object.values().map(members).sum::<usize>(),
        _ => 0,
    }
}

/// Returns the problem of a string that serde_json rejects.
fn refusal(text: &str, error: &serde_json::Error) -> Box<SourceError> {
    let line: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let offset = line + error.column().saturating_sub(1);
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    // serde_json has no other indication of its limit.
    if message.starts_with("recursion limit") {
        let message = format!("more than {MAX_DEPTH} nested objects and arrays");
        return SourceError::at(Diagnostic::new(Code::TooDeep, Pointer::root(), message), text, offset, 1);
    }
    let diagnostic = Diagnostic::new(Code::NotJson, Pointer::root(), format!("the definition is not JSON: {message}"));
    let at = boundary(text, offset);
    let help = match text.get(at..).and_then(|rest| rest.chars().next()) {
        Some('/' | '#') => Some("JSON has no comments: use the field `Comment`"),
        Some('$') => Some("a placeholder without quotes must be a whole value: `${Name}`"),
        Some('\'') => Some("JSON strings must be in double quotes"),
        _ if message == "trailing comma" => Some("remove the comma before the closing bracket"),
        _ if message.starts_with("EOF") => Some("unexpected end: a bracket or a quote is not closed"),
        _ => None,
    };
    let diagnostic = match help {
        Some(help) => diagnostic.with_help(help),
        None => diagnostic,
    };
    SourceError::at(diagnostic, text, at, 1)
}

/// The most characters of a placeholder without quotes. A text may have many beginnings of one.
const PLACEHOLDER_CHARS: usize = 1024;

/// Reads what there is of a text that may be unfinished: a missing value is null, a bracket that is not closed ends with
/// its holder, and a quote that is not closed ends with its line.
pub(super) struct Reader<'t> {
    text: &'t str,
    /// Whether the span of an object or array is all of it, not only its first character.
    whole: bool,
    at: usize,
    depth: usize,
    /// The lists that are open.
    lists: usize,
    /// The placeholders without quotes.
    placeholders: Vec<Span>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str, whole: bool) -> Self {
        Self { text, whole, at: 0, depth: 0, lists: 0, placeholders: Vec::new() }
    }

    /// Returns the next byte that is not blank.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..)?;
        self.at += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn value(&mut self) -> Positioned {
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
                match serde_json::from_str(word) {
                    Ok(value) => PositionedValue::Scalar(value),
                    Err(_) => PositionedValue::Unknown(word.to_owned()),
                }
            }
        };
        let is_short = !self.whole && matches!(value, PositionedValue::Items(_) | PositionedValue::Members(_));
        Positioned { span: (start, if is_short { 1 } else { self.at - start }), value }
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
            let key = if self.peek() == Some(b'"') { self.string() } else { self.word().to_owned() };
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
        let escaped = raw.contains('\\').then(|| serde_json::from_str(&format!("\"{raw}\"")).ok()).flatten();
        escaped.unwrap_or_else(|| raw.to_owned())
    }

    /// Passes what is neither a string nor a bracket, at least one character.
    fn word(&mut self) -> &'t str {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        let placeholder = placeholder(rest);
        self.placeholders.extend(placeholder.map(|length| (start, length)));
        let ends = |c: char| c.is_whitespace() || ",:{}[]\"".contains(c);
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let length = placeholder.unwrap_or_else(|| rest.find(ends).unwrap_or(rest.len())).max(first);
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }
}

/// Returns the length of the placeholder at the start of a string, including braces and texts of an expression in it.
fn placeholder(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("${")?;
    let (mut depth, mut in_string, mut escaped) = (1_usize, false, false);
    for (at, c) in inside.char_indices().take(PLACEHOLDER_CHARS) {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            '{' if !in_string => depth += 1,
            '}' if !in_string => depth -= 1,
            '\n' => return None,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 3);
        }
    }
    None
}
