//! Rules on the names of states.

use std::collections::BTreeMap;

use super::Definition;
use crate::limits::STATE_NAME_CHARS;
use crate::{Diagnostic, Finding, Pointer, placeholder};

/// A state's name has at most 80 characters.
pub(super) fn state_names_are_short(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in &definition.index.states {
        let length = state.name.chars().count();
        if length > STATE_NAME_CHARS && !placeholder::contained(state.name) {
            let finding = Finding::StateNameTooLong { state: state.name.to_owned(), characters: length };
            found.push(finding.at(state.at.clone()));
        }
    }
}

/// No two states have the same name, not even in different branches.
pub(super) fn state_names_are_distinct(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<_, &Pointer> = BTreeMap::new();
    for state in &definition.index.states {
        if let Some(other) = first.get(state.name) {
            let finding = Finding::DuplicateStateName { state: state.name.to_owned(), other: (*other).clone() };
            found.push(finding.at(state.at.clone()));
        } else {
            first.insert(state.name, &state.at);
        }
    }
}
