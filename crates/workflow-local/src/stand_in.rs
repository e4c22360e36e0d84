//! Tasks that stand in for uses of fragments: a handler for a whole use answers one task, and the states of the use do not
//! run.

use serde_json::{Map, Value};
use workflow_asl::State;
use workflow_asl::document::MachineType;
use workflow_asl::graph::GROUP_SEPARATOR;
use workflow_runtime::__private::FragmentUse;
use workflow_runtime::{Definition, Params};

use crate::error::DefinitionError;
use crate::program::Program;

/// The uses of fragments in a definition, and the definition with the tasks that stand in for some of them.
#[derive(Clone, Debug)]
pub(crate) struct StandIns {
    uses: Vec<(&'static FragmentUse, Value)>,
    definition: Value,
    machine_type: MachineType,
}

impl StandIns {
    /// Returns the uses of a workflow; `None` if it has none.
    pub(crate) fn of(
        uses: &'static [FragmentUse],
        params: &impl Params,
        definition: &Definition,
        machine_type: MachineType,
    ) -> Result<Option<Self>, DefinitionError> {
        if uses.is_empty() {
            return Ok(None);
        }
        let stand_in = |used: &'static FragmentUse| {
            let text = used.stand_in(params).map_err(|error| DefinitionError::Params(error.to_string()))?;
            Ok((used, Program::read(&text)?))
        };
        let uses = uses.iter().map(stand_in).collect::<Result<_, DefinitionError>>()?;
        let definition = Program::read(definition.as_str())?;
        Ok(Some(Self { uses, definition: Program::mutated(definition)?, machine_type }))
    }

    /// Replaces the states of a use of a program with a task, and returns the new program; `None` if no use has this
    /// name.
    pub(crate) fn replace(&mut self, name: &str, whole: &Program) -> Option<Result<Program, DefinitionError>> {
        let (used, stand_in) = self.uses.iter().find(|(used, _)| used.name == name)?;
        if !replace(&mut self.definition, used, stand_in) {
            return None;
        }
        let (first, name) = (used.first, used.name);
        self.uses.iter_mut().for_each(|(_, stand_in)| lead_from(stand_in, first, name));
        Some(Program::standing_in(&self.definition, self.machine_type, whole))
    }
}

/// Replaces the states of a use in a scope, or in one inside it. Returns whether they are there.
fn replace(scope: &mut Value, used: &FragmentUse, stand_in: &Value) -> bool {
    let Some(Value::Object(states)) = scope.get_mut("States") else { return false };
    if !states.contains_key(used.first) {
        return states.values_mut().any(|state| {
            let Value::Object(fields) = state else { return false };
            let inner = |(field, value): (&String, &mut Value)| match value {
                Value::Array(branches) if field == "Branches" => {
                    branches.iter_mut().any(|branch| replace(branch, used, stand_in))
                }
                _ => State::PROCESSOR_FIELDS.contains(&field.as_str()) && replace(value, used, stand_in),
            };
            fields.iter_mut().any(inner)
        });
    }
    let inside = format!("{}{GROUP_SEPARATOR}", used.name);
    let mut kept: Map<String, Value> = Map::new();
    for (name, state) in std::mem::take(states) {
        if name == used.first {
            kept.insert(used.name.to_owned(), stand_in.clone());
        } else if !used.states.contains(&name.as_str()) && !name.starts_with(&inside) {
            kept.insert(name, state);
        }
    }
    *states = kept;
    lead(scope, used.first, used.name);
    true
}

/// Changes the target of the transitions of a scope.
fn lead(scope: &mut Value, from: &str, to: &str) {
    target(scope, "StartAt", from, to);
    let Some(Value::Object(states)) = scope.get_mut("States") else { return };
    states.values_mut().for_each(|state| lead_from(state, from, to));
}

/// Changes the target of the transitions of a state.
fn lead_from(state: &mut Value, from: &str, to: &str) {
    target(state, "Next", from, to);
    target(state, "Default", from, to);
    for field in ["Choices", "Catch"] {
        let ways = state.get_mut(field).and_then(Value::as_array_mut);
        ways.into_iter().flatten().for_each(|way| target(way, "Next", from, to));
    }
}

fn target(of: &mut Value, field: &str, from: &str, to: &str) {
    match of.get_mut(field) {
        Some(Value::String(target)) if target == from => *target = to.to_owned(),
        _ => {}
    }
}
