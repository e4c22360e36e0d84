//! The states of a document, also those in branches and maps.

use serde_json::Value;
use workflow_asl::Pointer;
use workflow_asl::document::State;

/// Returns the states of a machine, branch or processor with their pointers and names. Those in a state follow it.
pub(super) fn states_in<'v>(body: &'v Value, at: &Pointer) -> Vec<(Pointer, &'v str, &'v Value)> {
    let mut states = Vec::new();
    collect(body, at, &mut states);
    states
}

/// Documents are nested at most as deeply as their reader allows.
fn collect<'v>(body: &'v Value, at: &Pointer, states: &mut Vec<(Pointer, &'v str, &'v Value)>) {
    let at = at.child("States");
    for (name, state) in body.get("States").and_then(Value::as_object).into_iter().flatten() {
        let here = at.child(name);
        states.push((here.clone(), name, state));
        let branches = state.get("Branches").and_then(Value::as_array).into_iter().flatten();
        for (index, branch) in branches.enumerate() {
            collect(branch, &here.child("Branches").index(index), states);
        }
        for field in State::PROCESSOR_FIELDS {
            if let Some(body) = state.get(field) {
                collect(body, &here.child(field), states);
            }
        }
    }
}
