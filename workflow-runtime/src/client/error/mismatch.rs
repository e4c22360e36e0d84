//! A payload that does not match the workflow's type, reported without the payload.

use std::fmt;

use crate::client::Sensitive;

/// Why a payload does not match a type. `Display` and `Debug` print the expected type and the place, but no part of the
/// payload.
#[derive(Debug)]
pub struct Mismatch {
    text: Sensitive,
    reason: Sensitive,
    expected: Option<String>,
    line: usize,
    column: usize,
}

impl Mismatch {
    pub(crate) fn new(text: &str, error: &serde_json::Error) -> Self {
        let reason = error.to_string();
        Self {
            text: text.to_owned().into(),
            expected: expected(&reason),
            reason: reason.into(),
            line: error.line(),
            column: error.column(),
        }
    }

    /// Returns the payload as JSON text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns serde's full message, which may quote the payload.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Returns the line of the payload's text where it does not match, from 1; 0 if unknown.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Returns the column in that line, from 1, in bytes.
    pub fn column(&self) -> usize {
        self.column
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected.as_deref().unwrap_or("it cannot be read"))?;
        match self.line {
            0 => Ok(()),
            line => write!(f, " at line {line} column {}", self.column),
        }
    }
}

/// Returns the part of serde's message about the type, without the part about the value.
fn expected(reason: &str) -> Option<String> {
    let message = reason.rsplit_once(" at line ").map_or(reason, |(message, _)| message);
    if message.starts_with("missing field `") {
        return Some(message.to_owned());
    }
    let quotes_the_value =
        ["invalid type: ", "invalid value: ", "invalid length ", "unknown variant `", "unknown field `"];
    let (_, expected) = message.rsplit_once(", expected ")?;
    quotes_the_value.iter().any(|start| message.starts_with(start)).then(|| format!("expected {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told<T: serde::de::DeserializeOwned + fmt::Debug>(text: &str) -> String {
        let mismatch = Mismatch::new(text, &serde_json::from_str::<T>(text).unwrap_err());
        assert_eq!(mismatch.text(), text);
        let debug = format!("{mismatch:?}");
        assert!(!debug.contains("hunter2"), "{debug}");
        mismatch.to_string()
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Known {
        name: Kind,
    }

    #[derive(Debug, serde::Deserialize)]
    enum Kind {
        A,
        B,
    }

    #[derive(Debug)]
    struct Own;

    impl<'de> serde::Deserialize<'de> for Own {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            Err(serde::de::Error::custom(format_args!("{text}, expected hunter2")))
        }
    }

    #[test]
    fn what_was_expected_is_told_and_the_payload_is_not() {
        assert_eq!(told::<i64>(r#""hunter2, expected hunter2""#), "expected i64 at line 1 column 27");
        assert_eq!(told::<u8>("4711"), "expected u8 at line 1 column 4");
        assert_eq!(told::<Known>("{}"), "missing field `name` at line 1 column 2");
        assert_eq!(told::<Known>(r#"{"hunter2": 1}"#), "expected `name` at line 1 column 10");
        assert_eq!(told::<Known>(r#"{"name": "hunter2"}"#), "expected `A` or `B` at line 1 column 18");
        assert_eq!(told::<Own>(r#""hunter2""#), "it cannot be read");
        assert_eq!(told::<i64>("hunter2"), "it cannot be read at line 1 column 1");
    }
}
