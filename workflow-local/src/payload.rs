//! A JSON value that states, events and variables share instead of copying.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde_json::Value;
use workflow_asl::limits::PAYLOAD_BYTES;

use crate::history::Text;

/// A shared JSON value; cloning it copies a pointer, and its size is measured once.
///
/// It dereferences to [`Value`].
#[derive(Clone)]
pub struct Payload(Arc<Measured>);

struct Measured {
    /// Of what is kept as text, once somebody asks for it.
    value: OnceLock<Value>,
    text: Option<Arc<Text>>,
    bytes: OnceLock<usize>,
}

impl Payload {
    /// Shares a value.
    pub fn new(value: Value) -> Self {
        Self(Arc::new(Measured { value: value.into(), text: None, bytes: OnceLock::new() }))
    }

    /// What is kept as the text of a value, and read when it is asked for.
    pub(crate) fn of_text(text: Arc<Text>) -> Self {
        let bytes = text.bytes().into();
        Self(Arc::new(Measured { value: OnceLock::new(), text: Some(text), bytes }))
    }

    /// An empty object: what `null` paths give, and the input when none is given.
    pub fn empty() -> Self {
        Self::new(Value::Object(serde_json::Map::new()))
    }

    /// The value.
    pub fn value(&self) -> &Value {
        self.0.value()
    }

    /// Whether it is the very same, so that nothing need be compared.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The value itself, copied only when it is shared.
    pub fn into_value(self) -> Value {
        match Arc::try_unwrap(self.0) {
            Ok(own) => own.value.into_inner().unwrap_or_else(|| read(own.text.as_deref())),
            Err(shared) => shared.value().clone(),
        }
    }

    /// Bytes of its JSON text, as the quotas count them: compact, UTF-8.
    pub fn bytes(&self) -> usize {
        *self.0.bytes.get_or_init(|| json_bytes(self.value()))
    }

    /// Whether it is larger than a state's input or output may be (256 KiB).
    pub fn is_too_large(&self) -> bool {
        self.bytes() > PAYLOAD_BYTES
    }
}

impl Measured {
    fn value(&self) -> &Value {
        self.value.get_or_init(|| read(self.text.as_deref()))
    }
}

/// The value of a text, which is that of a value.
fn read(text: Option<&Text>) -> Value {
    text.and_then(|text| serde_json::from_str(&text.to_string()).ok()).unwrap_or_default()
}

/// Bytes of the compact JSON text of a value: counted without writing it, since each output of each state is.
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
        // Brackets, and a comma between each two.
        Value::Array(items) => 1 + items.len().max(1) + items.iter().map(json_bytes).sum::<usize>(),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| text_bytes(name) + 1 + json_bytes(value);
            1 + members.len().max(1) + members.iter().map(member).sum::<usize>()
        }
    }
}

fn digits(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// With the quotes, and with what must be escaped.
fn text_bytes(text: &str) -> usize {
    let is_escaped = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    // Mostly there is none, and to find that out is quicker than to tell them apart.
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
    /// `null`.
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
        match &self.0.text {
            Some(text) => text.fmt(f),
            None => self.value().fmt(f),
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
