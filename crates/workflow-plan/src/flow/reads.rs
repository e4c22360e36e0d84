//! The parts of the execution's input that a definition reads.

use std::collections::BTreeSet;

use workflow_asl::document::StateMachine;
use workflow_asl::references::{Reference, ReferenceRoot, references};

use super::expression::steps;
use super::symbol::{Symbol, ValueSource};
use super::{Flow, certain};

/// A part of the execution's input that a state reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    /// The members and items that lead to the part.
    pub(crate) path: Vec<String>,
    /// The state that reads it.
    pub(crate) state: String,
    /// Whether an execution without this part always fails before it ends.
    pub(crate) needed: bool,
    /// Whether the same expression first checks that it exists, as `$exists(x) ? x : 1` does.
    pub(crate) asked: bool,
}

/// Returns every part of the execution's input that is read, in document order.
pub(super) fn reads(machine: &StateMachine, flow: &Flow) -> Vec<Read> {
    let certain: BTreeSet<_> = certain(machine).into_iter().collect();
    let mut found: Vec<Read> = Vec::new();
    let references = references(machine);
    let way = |reference: &Reference<'_>| {
        let steps: Vec<_> = reference.steps.iter().map(|step| step.kind.clone()).collect();
        (reference.pointer.clone(), reference.root.clone(), steps)
    };
    let asked: Vec<_> = references.iter().filter(|reference| reference.guard).map(way).collect();
    for reference in &references {
        let Some(state) = flow.states.get(&reference.state_at) else { continue };
        if matches!(reference.root, ReferenceRoot::Output | ReferenceRoot::ErrorOutput) {
            continue;
        }
        let Some(root) = state.root(&reference.root) else { continue };
        let value = steps(root, &reference.steps);
        let certainly = matches!(value, Symbol::Part { .. });
        for value in value.alternatives() {
            if let Symbol::Part { of: ValueSource::Input, path } = value
                && !path.is_empty()
            {
                let needed = reference.needed && certainly && certain.contains(&reference.state_at);
                let asked = asked.contains(&way(reference));
                found.push(Read { path: path.clone(), state: state.name.clone(), needed, asked });
            }
        }
    }
    found
}
