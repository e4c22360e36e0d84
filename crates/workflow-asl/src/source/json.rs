//! JSON: the value, parsed by serde_json with duplicate keys rejected, and the positions of its parts.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use indexmap::IndexMap;
use serde_core::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::layout::{Below, Layout, Notation, Span};
use super::{MAX_DEPTH, Read, Repeated, SourceError, boundary};
use crate::{Code, Diagnostic, Pointer};

/// Parses a string.
pub(super) fn read(text: &str) -> Result<Read, Box<SourceError>> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let repeats = Cell::new(false);
    let value = Reader(&repeats).deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value)).map_err(|error| refusal(text, &error))?;
    let repeated = if repeats.get() { Scanner::new(text).find_repeated() } else { Vec::new() };
    Ok(Read { value, repeated, remarks: Vec::new() })
}

/// Returns the positions in a string that [`read`] accepts.
pub(super) fn layout(text: &str) -> Layout {
    Scanner::new(text).value().unwrap_or_default()
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

/// Parses a value, and records whether an object has a duplicate key. The last occurrence of a key counts.
#[derive(Clone, Copy)]
struct Reader<'r>(&'r Cell<bool>);

/// The key under which serde_json passes a number if its feature `arbitrary_precision` is enabled.
const NUMBER: &str = "$serde_json::private::Number";

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            if key == NUMBER && map.is_empty() {
                let digits: String = members.next_value()?;
                return digits.parse().map(Value::Number).map_err(A::Error::custom);
            }
            let value = members.next_value_seed(self)?;
            if map.insert(key, value).is_some() {
                self.0.set(true);
            }
        }
        Ok(Value::Object(map))
    }
}

/// A duplicate key of an object.
struct RepeatedKey {
    /// The keys and indices that lead to it, innermost first.
    path: Vec<String>,
    first: Span,
    second: Span,
}

/// Scans a string that serde_json accepts; stops at anything else.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    twice: Vec<RepeatedKey>,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0, twice: Vec::new() }
    }

    fn find_repeated(mut self) -> Vec<Repeated> {
        self.value();
        let repeated = self.twice.into_iter().map(|RepeatedKey { path, first, second }| {
            let at = path.iter().rev().fold(Pointer::root(), |at, token| at.child(token));
            Repeated { at, holder: "object", first, second }
        });
        repeated.collect()
    }

    /// Returns the next byte that is not blank.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
        self.at += blanks;
        rest.get(blanks).copied()
    }

    /// Skips the next byte that is not blank, if it is this one.
    fn takes(&mut self, byte: u8) -> bool {
        let takes = self.peek() == Some(byte);
        self.at += usize::from(takes);
        takes
    }

    fn value(&mut self) -> Option<Layout> {
        if self.depth > MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let first = self.peek()?;
        let start = self.at;
        let below = match first {
            b'{' => self.members()?,
            b'[' => self.items()?,
            b'"' => {
                self.string()?;
                Below::Text(Notation::Quoted)
            }
            _ => {
                let ends = |byte: char| matches!(byte, ',' | ']' | '}' | ' ' | '\t' | '\n' | '\r');
                let rest = self.text.get(start..)?;
                self.at += rest.find(ends).unwrap_or(rest.len());
                Below::Nothing
            }
        };
        self.depth -= 1;
        let length = if matches!(below, Below::Items(_) | Below::Members(_)) { 1 } else { self.at - start };
        Some(Layout { span: (start, length), below })
    }

    fn members(&mut self) -> Option<Below> {
        self.at += 1;
        let mut members = IndexMap::new();
        while !self.takes(b'}') {
            self.takes(b',');
            self.peek()?;
            let start = self.at;
            let key = self.string()?;
            let span = (start, self.at - start);
            if !self.takes(b':') {
                return None;
            }
            let key = key.into_owned();
            let known = self.twice.len();
            let value = self.value()?;
            self.inside(known, &key);
            if let Some((first, _)) = members.insert(key.clone(), (span, value)) {
                self.twice.push(RepeatedKey { path: vec![key], first, second: span });
            }
        }
        Some(Below::Members(members))
    }

    fn items(&mut self) -> Option<Below> {
        self.at += 1;
        let mut items = Vec::new();
        while !self.takes(b']') {
            self.takes(b',');
            let known = self.twice.len();
            items.push(self.value()?);
            self.inside(known, items.len() - 1);
        }
        Some(Below::Items(items))
    }

    /// Adds a key or index to the paths of the keys found in an object or array, starting at this one.
    fn inside(&mut self, from: usize, token: impl ToString) {
        for twice in self.twice.iter_mut().skip(from) {
            twice.path.push(token.to_string());
        }
    }

    /// Scans a string, and returns its value.
    fn string(&mut self) -> Option<Cow<'a, str>> {
        let raw = self.text.get(self.at..)?.strip_prefix('"')?;
        let mut escaped = false;
        let end = raw.bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        })?;
        let start = self.at;
        self.at += end + 2;
        let raw = raw.get(..end)?;
        if raw.contains('\\') {
            serde_json::from_str(self.text.get(start..self.at)?).ok().map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(raw))
        }
    }
}
