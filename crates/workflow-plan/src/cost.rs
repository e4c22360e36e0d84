//! The cost of executions: state transitions, on the longest path and on the usual one.

use serde_json::{Map, Value, json};
use workflow_asl::StateMachine;
use workflow_asl::budget::{Budget, Count};

use crate::Machine;

/// The transitions of executions. Each transition of a loop counts once; retries do not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cost {
    /// The path with the most transitions.
    pub longest: Count,
    /// The path without errors, where every choice takes its default, or its first rule if it has none.
    pub usual: Count,
    /// The history events of the path with the most of them.
    pub events: Count,
}

/// The transitions of executions before and after a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CostChange {
    /// The cost of the older definition.
    pub old: Cost,
    /// The cost of the newer definition.
    pub new: Cost,
}

impl Cost {
    /// Returns the cost of a state machine's executions.
    pub fn of(machine: &Machine) -> Self {
        let of = |definition: &Value| {
            let budget = Budget::of(&StateMachine::read(definition).0, machine.machine_type);
            let own = budget.executions.into_iter().next();
            own.map(|own| (own.transitions, own.events)).unwrap_or_default()
        };
        let (longest, events) = of(&machine.definition);
        let (usual, _) = of(&usual(&machine.definition));
        Self { longest, usual, events }
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({"longest": words(&self.longest), "usual": words(&self.usual)})
    }
}

/// Returns a count in words: `5`, `3 and 2 for each item of Map`.
pub(crate) fn words(count: &Count) -> String {
    let each = count.each.iter().map(|(map, count)| format!("{count} for each item of {map}"));
    std::iter::once(count.fixed.to_string()).chain(each).collect::<Vec<_>>().join(" and ")
}

/// Returns the definition reduced to the usual path: without error handlers, and with only the default of each choice.
fn usual(value: &Value) -> Value {
    match value {
        Value::Object(members) if members.get("Type").is_some_and(|kind| kind == "Choice") => {
            let first = || members.get("Choices")?.get(0)?.get("Next");
            let next = members.get("Default").or_else(first).cloned().unwrap_or_default();
            json!({"Type": "Pass", "Next": next})
        }
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| *name != "Catch");
            kept.map(|(name, value)| (name.clone(), usual(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(usual).collect(),
        scalar => scalar.clone(),
    }
}
