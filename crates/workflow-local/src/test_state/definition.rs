//! The definition of a tested state: a whole machine, or one created around a single state.

use serde_json::{Map, Value, json};
use workflow_asl::Pointer;
use workflow_asl::document::MachineType;

use super::error::TestStateError;
use crate::error::DefinitionError;
use crate::program::{Program, StateId};

/// Returns the state with this name, at any depth.
pub(super) fn in_machine(program: &Program, name: &str) -> Result<StateId, TestStateError> {
    if name.is_empty() {
        // Clients reject it before they send a request.
        return Err(TestStateError::Refused {
            code: "ParamValidationError",
            message:
                "Parameter validation failed:\nInvalid length for parameter stateName, value: 0, valid min length: 1"
                    .to_owned(),
        });
    }
    program.find_id(name).ok_or_else(|| TestStateError::validation("State not found in definition"))
}

/// Creates a machine around one state. It includes the state's targets because their names must exist.
pub(super) fn around(state: &Value) -> Result<(Program, StateId), TestStateError> {
    let inner = names_within(state);
    let mut name = "StateName".to_owned();
    while inner.contains(&name.as_str()) {
        name.push('_');
    }
    let mut states = Map::new();
    states.insert(name.clone(), state.clone());
    for target in targets(state) {
        states.entry(target).or_insert_with(|| json!({ "Type": "Succeed" }));
    }
    let machine = json!({ "StartAt": name, "States": states });
    let program = Program::of_created(&machine, MachineType::Standard).map_err(|error| match error {
        DefinitionError::Invalid(found) => {
            // `/States/StateName/Next` is the state's `/Next`.
            let inside = found.into_iter().map(|mut diagnostic| {
                let tokens = diagnostic.pointer.tokens().skip(2);
                diagnostic.pointer = tokens.fold(Pointer::root(), |pointer, token| pointer.child(&token));
                diagnostic
            });
            DefinitionError::Invalid(inside.collect())
        }
        other => other,
    })?;
    let start = program.start();
    Ok((program, start))
}

/// Returns the possible next states of a state.
fn targets(state: &Value) -> impl Iterator<Item = String> + '_ {
    let nested = ["Choices", "Catch"].into_iter().filter_map(|field| state.get(field)?.as_array()).flatten();
    let next = nested.chain([state]).filter_map(|object| object.get("Next"));
    next.chain(state.get("Default")).filter_map(Value::as_str).map(str::to_owned)
}

/// Returns the names of the states inside a state.
fn names_within(state: &Value) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = vec![state];
    while let Some(value) = rest.pop() {
        match value {
            Value::Array(items) => rest.extend(items),
            Value::Object(members) => {
                if let Some(states) = members.get("States").and_then(Value::as_object) {
                    names.extend(states.keys().map(String::as_str));
                }
                rest.extend(members.values());
            }
            _ => {}
        }
    }
    names
}
