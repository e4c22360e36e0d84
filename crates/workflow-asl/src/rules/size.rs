//! The rule on the size of a definition.

use serde_json::{Map, Value};

use super::Definition;
use crate::limits::DEFINITION_CHARS;
use crate::{Diagnostic, Finding, Pointer};

/// A definition has at most 1 MiB of characters, even without white space.
pub(super) fn a_definition_is_at_most_a_mebibyte(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let characters = definition.characters;
    if characters > DEFINITION_CHARS {
        found.push(Finding::DefinitionTooLarge { characters }.at(Pointer::root()));
    }
}

/// Returns how many characters a value has as JSON without white space.
pub(super) fn characters(value: &Value) -> usize {
    // Brackets and commas.
    let around = |length: usize| 1 + length.max(1);
    match value {
        Value::Null | Value::Bool(true) => 4,
        Value::Bool(false) => 5,
        Value::Number(number) => number.to_string().len(),
        Value::String(text) => quoted(text),
        Value::Array(items) => around(items.len()) + items.iter().map(characters).sum::<usize>(),
        Value::Object(members) => around(members.len()) + members_of(members),
    }
}

fn members_of(members: &Map<String, Value>) -> usize {
    members.iter().map(|(key, value)| quoted(key) + 1 + characters(value)).sum()
}

/// Returns how many characters a string has with its quotes and escapes.
fn quoted(text: &str) -> usize {
    let mut count = 2;
    for byte in text.as_bytes() {
        count += match byte {
            b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
            0..0x20 => 6,
            // The bytes of a character after its first.
            0x80..0xc0 => 0,
            _ => 1,
        };
    }
    count
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn counts_what_serde_writes() {
        for value in [
            json!({}),
            json!([]),
            json!([null, true, false, 1, -2.5, 1e300, []]),
            json!({"a\"\\/": "\u{0}\u{8}\t\n\u{b}\u{c}\r\u{1f}\u{7f}", "ä€𝄞": {"": [{}]}}),
        ] {
            assert_eq!(super::characters(&value), value.to_string().chars().count(), "{value}");
        }
    }
}
