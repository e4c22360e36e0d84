//! A JSON value that states, events and variables share instead of copying.

use std::fmt;
use std::io;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde_json::Value;
use workflow_asl::limits::PAYLOAD_BYTES;

/// A shared JSON value; cloning it copies a pointer, and its size is measured once.
///
/// It dereferences to [`Value`].
#[derive(Clone)]
pub struct Payload(Arc<Measured>);

struct Measured {
    value: Value,
    bytes: OnceLock<usize>,
}

impl Payload {
    /// Shares a value.
    pub fn new(value: Value) -> Self {
        Self(Arc::new(Measured { value, bytes: OnceLock::new() }))
    }

    /// An empty object: what `null` paths give, and the input when none is given.
    pub fn empty() -> Self {
        Self::new(Value::Object(serde_json::Map::new()))
    }

    /// The value.
    pub fn value(&self) -> &Value {
        &self.0.value
    }

    /// The value itself, copied only when it is shared.
    pub fn into_value(self) -> Value {
        Arc::try_unwrap(self.0).map_or_else(|shared| shared.value.clone(), |own| own.value)
    }

    /// Bytes of its JSON text, as the quotas count them: compact, UTF-8.
    pub fn bytes(&self) -> usize {
        *self.0.bytes.get_or_init(|| json_bytes(&self.0.value))
    }

    /// Whether it is larger than a state's input or output may be (256 KiB).
    pub fn is_too_large(&self) -> bool {
        self.bytes() > PAYLOAD_BYTES
    }
}

/// Bytes of the compact JSON text of a value.
pub(crate) fn json_bytes(value: &Value) -> usize {
    struct Count(usize);
    impl io::Write for Count {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            self.0 += text.len();
            Ok(text.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // Writing a `Value` to a sink that never fails cannot fail.
    let _ = serde_json::to_writer(&mut count, value);
    count.0
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
        Arc::ptr_eq(&self.0, &other.0) || self.value() == other.value()
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}
