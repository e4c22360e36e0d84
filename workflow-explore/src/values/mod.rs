//! The values that make a difference, of the execution's input and of task results.

mod candidates;
mod wanted;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use workflow_asl::document::StateMachine;
use workflow_asl::{Pointer, StateKind};
use workflow_local::Payload;
use workflow_plan::data::Source;
use workflow_runtime::__private::schema::Types;
use workflow_services::TaskResource;

pub(crate) use candidates::Candidates;
use candidates::{Known, candidates};
use wanted::wanted;

use crate::states::States;

/// The values to try.
#[derive(Debug)]
pub(crate) struct Values {
    pub(crate) inputs: Candidates,
    /// By the name of the task's state.
    pub(crate) results: BTreeMap<String, Candidates>,
}

impl Values {
    pub(crate) fn of(machine: &StateMachine, document: &Value, types: Option<&'static Types>, states: &States) -> Self {
        let wanted = wanted(machine, document);
        let of_input = types.map_or(Known::Nothing, |types| Known::Declared(types.input, None));
        let mut inputs = candidates(of_input, wanted.get(&Source::Input));
        // A caller without data sends an empty object.
        if inputs.values.is_empty() {
            inputs.values.push(json!({}).into());
        }
        let mut results = BTreeMap::new();
        for (name, facts) in states.all.iter().filter(|(_, facts)| facts.kind == StateKind::Task) {
            let wanted = wanted.get(&Source::Result(facts.at.clone()));
            let resource = document.pointer(facts.at.child("Resource").as_str()).and_then(Value::as_str);
            let task = resource.and_then(|resource| TaskResource::parse(resource).ok());
            let of_api = task.map_or(Known::Nothing, |task| Known::Api(task.output()));
            let declared = types.and_then(|types| types.results.iter().find(|result| result.state == name));
            let mut found = match declared {
                Some(result) if result.member.is_empty() => candidates(Known::Declared(result.shape, None), wanted),
                Some(result) => {
                    let inner = wanted.and_then(|wanted| wanted.members.get(result.member));
                    let inside = candidates(Known::Declared(result.shape, None), inner);
                    let values = inside.values.into_iter();
                    let values = values.map(|value| Payload::new(json!({ result.member: value.into_value() })));
                    Candidates { values: values.collect(), left_out: inside.left_out }
                }
                None => candidates(of_api, wanted),
            };
            if found.values.is_empty() {
                found.values.push(json!({}).into());
            }
            results.insert(name.clone(), found);
        }
        Self { inputs, results }
    }
}

/// Returns the value at the parent of a pointer.
fn parent<'v>(document: &'v Value, pointer: &Pointer) -> Option<&'v Value> {
    document.pointer(pointer.parent()?.as_str())
}
