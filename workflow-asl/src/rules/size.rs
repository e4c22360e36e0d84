//! The rule on the size of a definition.

use std::fmt::Write;

use super::{Definition, report};
use crate::limits::DEFINITION_CHARS;
use crate::{Code, Diagnostic, Pointer};

/// A definition has at most 1 MiB of characters, even without white space.
pub(super) fn a_definition_is_at_most_a_mebibyte(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let mut chars = Characters(0);
    let written = match definition.text {
        Some(value) => write!(chars, "{value}"),
        None => write!(chars, "{}", definition.machine.write()),
    };
    let Characters(chars) = chars;
    // Counting never fails, and what cannot be written has no size.
    if written.is_ok() && chars > DEFINITION_CHARS {
        let message = format!("the definition has {chars} characters, {DEFINITION_CHARS} are allowed");
        report(found, Code::DefinitionTooLarge, Pointer::root(), message);
    }
}

/// Counts what is written to it.
struct Characters(usize);

impl Write for Characters {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0 += text.chars().count();
        Ok(())
    }
}
