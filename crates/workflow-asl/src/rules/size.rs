//! The rule on the size of a definition.

use std::io::{self, Write};

use serde_json::Value;

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
    let mut count = Characters(0);
    // The count takes everything.
    let _ = serde_json::to_writer(&mut count, value);
    count.0
}

/// Counts the characters that are written.
struct Characters(usize);

impl Write for Characters {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The bytes of a character after its first do not count.
        self.0 += bytes.iter().filter(|byte| !matches!(byte, 0x80..0xc0)).count();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
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
