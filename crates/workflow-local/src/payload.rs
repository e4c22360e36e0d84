//! A JSON value that states, events and variables share without copying.

use std::fmt::{self, Write};
use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use serde_json::Value;
use workflow_asl::limits::PAYLOAD_BYTES;

use crate::history::SharedText;

/// A shared JSON value. Cloning it copies a pointer, and its size is computed once.
///
/// It dereferences to [`Value`].
#[derive(Clone)]
pub struct Payload(Arc<Measured>);

struct Measured {
    content: Content,
    /// The size of its text in bytes; 0 if not computed yet, because no text is empty.
    bytes: AtomicUsize,
}

enum Content {
    Value(Value),
    Text(Box<StoredText>),
    List(Box<List>),
}

/// An array of shared payloads: the results of branches and items.
struct List {
    items: Vec<Payload>,
    /// The value, created on first access.
    value: OnceLock<Value>,
}

/// A value that is kept as text.
struct StoredText {
    text: Arc<SharedText>,
    /// The value, parsed on first access.
    value: OnceLock<Value>,
}

impl Payload {
    /// Creates a payload from a value.
    pub fn new(value: Value) -> Self {
        Self(Arc::new(Measured { content: Content::Value(value), bytes: AtomicUsize::new(0) }))
    }

    /// Creates a payload from the text of a value, which is parsed on first access.
    pub(crate) fn of_text(text: Arc<SharedText>) -> Self {
        let bytes = text.bytes().into();
        let kept = StoredText { text, value: OnceLock::new() };
        Self(Arc::new(Measured { content: Content::Text(Box::new(kept)), bytes }))
    }

    /// Creates an array of payloads, which are copied only on access to the array's value.
    pub(crate) fn list(items: Vec<Self>) -> Self {
        let list = List { items, value: OnceLock::new() };
        Self(Arc::new(Measured { content: Content::List(Box::new(list)), bytes: AtomicUsize::new(0) }))
    }

    /// Creates an empty object: the value of `null` paths, and the default input.
    pub fn empty() -> Self {
        Self::new(Value::Object(serde_json::Map::new()))
    }

    /// Returns the value.
    pub fn value(&self) -> &Value {
        self.0.value()
    }

    /// Returns the items of an array that shares them.
    pub(crate) fn shared_items(&self) -> Option<&[Self]> {
        match &self.0.content {
            Content::List(list) => Some(&list.items),
            _ => None,
        }
    }

    /// Returns whether its value is at this address.
    #[cfg(feature = "jsonata")]
    pub(crate) fn is_at(&self, place: &Value) -> bool {
        let value = match &self.0.content {
            Content::Value(value) => Some(value),
            Content::Text(kept) => kept.value.get(),
            Content::List(list) => list.value.get(),
        };
        value.is_some_and(|value| std::ptr::eq(value, place))
    }

    /// Returns whether both are the same shared value, so that no comparison is needed.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Returns the value, cloned only if it is shared.
    pub fn into_value(self) -> Value {
        match Arc::try_unwrap(self.0) {
            Ok(Measured { content: Content::Value(value), .. }) => value,
            Ok(Measured { content: Content::Text(mut kept), .. }) => kept.value.take().unwrap_or_else(|| kept.read()),
            Ok(Measured { content: Content::List(list), .. }) => {
                let List { items, value } = *list;
                value.into_inner().unwrap_or_else(|| items.into_iter().map(Self::into_value).collect())
            }
            Err(shared) => shared.to_value(),
        }
    }

    /// Returns the size of its JSON text in bytes as the quotas count it: compact, UTF-8.
    pub fn bytes(&self) -> usize {
        match self.0.bytes.load(Ordering::Relaxed) {
            0 => {
                let bytes = match &self.0.content {
                    Content::List(list) => array_bytes(list.items.iter().map(Self::bytes)),
                    _ => json_bytes(self.value()),
                };
                self.0.bytes.store(bytes, Ordering::Relaxed);
                bytes
            }
            bytes => bytes,
        }
    }

    /// Returns whether it exceeds the limit of a state's input or output (256 KiB).
    pub fn is_too_large(&self) -> bool {
        self.bytes() > PAYLOAD_BYTES
    }
}

/// The JSON text of the value.
impl serde::Serialize for Payload {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.content {
            Content::Value(value) => value.serialize(serializer),
            // A copy that is not kept: reading the value would keep it.
            _ => self.0.to_value().serialize(serializer),
        }
    }
}

/// The value is parsed on first access.
#[cfg(feature = "snapshot")]
impl<'de> serde::Deserialize<'de> for Payload {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<serde_json::value::RawValue>::deserialize(deserializer)?;
        Ok(Self::of_text(Arc::new(SharedText::whole(text.into()))))
    }
}

impl Measured {
    fn value(&self) -> &Value {
        match &self.content {
            Content::Value(value) => value,
            Content::Text(kept) => kept.value.get_or_init(|| kept.read()),
            Content::List(list) => list.value.get_or_init(|| self.to_value()),
        }
    }

    /// Returns a copy of the value without caching it.
    fn to_value(&self) -> Value {
        match &self.content {
            Content::Value(value) => value.clone(),
            Content::Text(kept) => kept.value.get().cloned().unwrap_or_else(|| kept.read()),
            Content::List(list) => {
                let copied = || list.items.iter().map(|item| item.0.to_value()).collect();
                list.value.get().cloned().unwrap_or_else(copied)
            }
        }
    }
}

impl StoredText {
    /// Parses the text, which is valid.
    fn read(&self) -> Value {
        serde_json::from_str(&self.text.to_string()).unwrap_or_default()
    }
}

/// Returns the size of the compact JSON text of a value in bytes. It is counted without writing, because this happens
/// for each output of each state.
pub(crate) fn json_bytes(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(true) => 4,
        Value::Bool(false) => 5,
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => digits(number),
            (_, Some(number)) => 1 + digits(number.unsigned_abs()),
            _ => number.to_string().len(),
        },
        Value::String(text) => text_bytes(text),
        Value::Array(items) => array_bytes(items.iter().map(json_bytes)),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| text_bytes(name) + 1 + json_bytes(value);
            1 + members.len().max(1) + members.iter().map(member).sum::<usize>()
        }
    }
}

/// Returns the size of an array of items: brackets and commas included.
fn array_bytes(items: impl ExactSizeIterator<Item = usize>) -> usize {
    1 + items.len().max(1) + items.sum::<usize>()
}

fn digits(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// Returns the size of a string with quotes and escapes.
fn text_bytes(text: &str) -> usize {
    let is_escaped = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    // Most texts need no escapes, which is faster to check than to count them.
    if text.as_bytes().iter().copied().filter(is_escaped).count() == 0 {
        return 2 + text.len();
    }
    let more = |byte: u8| match byte {
        b'"' | b'\\' | 0x08 | 0x09 | 0x0a | 0x0c | 0x0d => 1,
        0..=0x1f => 5,
        _ => 0,
    };
    2 + text.len() + text.bytes().map(more).sum::<usize>()
}

impl Deref for Payload {
    type Target = Value;

    fn deref(&self) -> &Value {
        self.value()
    }
}

impl From<Value> for Payload {
    fn from(value: Value) -> Self {
        Self::new(value)
    }
}

impl Default for Payload {
    /// Returns `null`.
    fn default() -> Self {
        Self::new(Value::Null)
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other) || self.value() == other.value()
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.content {
            Content::Text(kept) => kept.text.fmt(f),
            Content::List(list) if !f.alternate() => {
                f.write_char('[')?;
                for (at, item) in list.items.iter().enumerate() {
                    if at > 0 {
                        f.write_char(',')?;
                    }
                    item.fmt(f)?;
                }
                f.write_char(']')
            }
            _ => self.value().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bytes_are_those_of_the_text() {
        let every_char: String = (0..=0x7f_u8).map(char::from).chain("é€𝄞\u{2028}".chars()).collect();
        let lists =
            [vec![], vec![json!(1).into()], vec![json!({ "a": "ä" }).into(), Payload::list(vec![Payload::empty()])]];
        for list in lists.map(Payload::list) {
            assert_eq!(list.bytes(), list.to_string().len());
            assert_eq!(list.to_string(), list.value().to_string());
            assert_eq!(format!("{list:#}"), format!("{:#}", list.value()));
            assert_eq!(list.clone().into_value(), list.into_value());
        }
        for value in [
            json!(null),
            json!([true, false, [], {}, [[]], { "a": {} }]),
            json!([0, 9, 10, 99, 100, -1, -10, u64::MAX, i64::MIN, i64::MAX]),
            json!([0.0, -0.0, 1.5, 1e300, 5e-324, 1.0e16, 0.1]),
            json!({ &every_char: every_char, "b": [1, 2, { "c": "d" }] }),
        ] {
            assert_eq!(json_bytes(&value), value.to_string().len(), "{value}");
        }
    }
}
