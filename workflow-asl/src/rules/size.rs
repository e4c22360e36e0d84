//! The rule on the size of a definition.

use super::{Definition, report};
use crate::limits::DEFINITION_CHARS;
use crate::{Code, Diagnostic, Pointer};

/// A definition has at most 1 MiB of characters, even without white space.
pub(super) fn a_definition_is_at_most_a_mebibyte(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let chars = definition.machine.write().to_string().chars().count();
    if chars > DEFINITION_CHARS {
        let message = format!("the definition has {chars} characters, {DEFINITION_CHARS} are allowed");
        report(found, Code::DefinitionTooLarge, Pointer::root(), message);
    }
}
