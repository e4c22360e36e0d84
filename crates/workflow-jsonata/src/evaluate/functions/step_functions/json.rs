//! `$parse`: JSON in which keys are unique and single quotes may stand for double ones (measured on AWS, 2026-08).

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::CODE;
use crate::evaluate::error::Error;
use crate::evaluate::machine::{Machine, Res};
use crate::evaluate::members::Members;
use crate::evaluate::value::{Text, Val};

impl<'a> Machine<'a> {
    pub(super) fn parse_json(&mut self, text: &str) -> Res<Val<'a>> {
        self.make(text.len() * 4)?;
        let text = double_quoted(text);
        // Text that nests too deeply is not parsed, because parsing it takes stack.
        self.nests(u32::try_from(deepest(&text)).unwrap_or(u32::MAX))?;
        let mut reader = serde_json::Deserializer::from_str(&text);
        reader.disable_recursion_limit();
        match Unique::deserialize(&mut reader).and_then(|value| reader.end().map(|()| value)) {
            Ok(Unique(value)) => self.owned(value),
            Err(error) => Err(Error::said(CODE, format!("Invalid JSON: {error}"))),
        }
    }

    /// Returns a new value from JSON.
    fn owned(&mut self, value: Value) -> Res<Val<'a>> {
        self.work(1)?;
        Ok(match value {
            Value::Null => Val::Null,
            Value::Bool(flag) => Val::Bool(flag),
            Value::Number(number) => Val::of_number(&number),
            Value::String(text) => self.text(text)?,
            Value::Array(values) => {
                let mut items = Vec::with_capacity(values.len());
                for value in values {
                    items.push(self.owned(value)?);
                }
                self.list(items, 0)?
            }
            Value::Object(values) => {
                let mut members = Members::new();
                for (name, value) in values {
                    let value = self.owned(value)?;
                    self.make(name.len() + 64)?;
                    members.insert(Text::own(name), value);
                }
                self.finished(members)?
            }
        })
    }
}

/// Returns a JSON text with double quotes for the single ones around strings.
fn double_quoted(text: &str) -> Cow<'_, str> {
    if !text.contains('\'') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut quote = None;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (letter, quote) {
            ('\\', Some(_)) => match letters.next() {
                Some('\'') => out.push('\''),
                escaped => {
                    out.push('\\');
                    out.extend(escaped);
                }
            },
            ('"' | '\'', None) => {
                quote = Some(letter);
                out.push('"');
            }
            ('"', Some('\'')) => out.push_str("\\\""),
            (letter, Some(open)) if letter == open => {
                quote = None;
                out.push('"');
            }
            _ => out.push(letter),
        }
    }
    Cow::Owned(out)
}

/// Returns the nesting depth of a JSON text.
fn deepest(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => {
                while let Some(byte) = bytes.next() {
                    match byte {
                        b'"' => break,
                        b'\\' => drop(bytes.next()),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    deepest
}

/// A JSON value in which no object has a key twice.
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor).map(Self)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Unique(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some((name, Unique(value))) = members.next_entry::<String, Unique>()? {
            if all.contains_key(&name) {
                return Err(A::Error::custom(format_args!("the key `{name}` is repeated")));
            }
            all.insert(name, value);
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_quotes_become_double_ones() {
        for (given, expected) in [
            (r#"{"a": "it's"}"#, r#"{"a": "it's"}"#),
            (r#"{'a': 'say "x"', "b": "\'"}"#, r#"{"a": "say \"x\"", "b": "'"}"#),
            (r"'it\'s \\'", r#""it's \\""#),
            ("'a", "\"a"),
        ] {
            assert_eq!(double_quoted(given), expected);
        }
        assert_eq!(deepest(&double_quoted("{'a]': ['[', []]}")), 3);
    }
}
