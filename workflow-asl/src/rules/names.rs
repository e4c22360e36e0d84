//! Rules on the names of states.

use std::collections::BTreeMap;

use super::{Definition, report};
use crate::limits::STATE_NAME_CHARS;
use crate::{Code, Diagnostic, placeholder};

/// A state's name has at most 80 characters.
pub(super) fn state_names_are_short(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in &definition.parts.states {
        let length = state.name.chars().count();
        if length > STATE_NAME_CHARS && !placeholder::contained(state.name) {
            let message =
                format!("the name of state `{}` has {length} characters, {STATE_NAME_CHARS} are allowed", state.name);
            report(found, Code::StateNameTooLong, state.at.clone(), message);
        }
    }
}

/// No two states have one name, not even in different branches.
pub(super) fn state_names_are_distinct(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let mut first = BTreeMap::new();
    for state in &definition.parts.states {
        if let Some(other) = first.get(state.name) {
            let message = format!("two states are named `{}`; the other is at {other}", state.name);
            found.push(
                Diagnostic::new(Code::DuplicateStateName, state.at.clone(), message)
                    .with_help("state names are distinct in the whole definition, branches and maps included"),
            );
        } else {
            first.insert(state.name, &state.at);
        }
    }
}
