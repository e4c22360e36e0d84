//! Rules on the query languages of a machine and its states.

use super::Definition;
use crate::document::QueryLanguage;
use crate::{Diagnostic, Finding};

/// In a machine whose query language is JSONata, no state uses JSONPath.
pub(super) fn a_jsonata_machine_has_no_jsonpath_state(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    if definition.machine.language() != QueryLanguage::Jsonata {
        return;
    }
    for state in &definition.index.states {
        if state.state.query_language.is_some() && state.language == QueryLanguage::JsonPath {
            let finding = Finding::JsonPathInJsonata { state: state.name.to_owned() };
            found.push(finding.at(state.at.child("QueryLanguage")));
        }
    }
}
