//! The parts of the execution's input that a definition reads.

use std::collections::BTreeSet;

use workflow_asl::Pointer;
use workflow_asl::document::{QueryLanguage, StateMachine};
use workflow_asl::graph::Graph;
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
    /// Where that state is.
    pub(crate) state_at: Pointer,
    /// The text that reads it.
    pub(crate) pointer: Pointer,
    /// Whether an execution without this part always fails before it ends.
    pub(crate) needed: bool,
    /// Whether the same expression first checks that it exists, as `$exists(x) ? x : 1` does.
    pub(crate) asked: bool,
}

/// Returns every part of the execution's input that is read, in document order.
pub(super) fn reads(machine: &StateMachine, flow: &Flow) -> Vec<Read> {
    let certain: BTreeSet<_> = certain(machine).into_iter().collect();
    let mut found: Vec<Read> = Vec::new();
    let catchers: Vec<_> = Graph::all(machine).iter().flat_map(catching).collect();
    let references = references(machine);
    let way = |reference: &Reference<'_>| {
        let steps: Vec<_> = reference.steps.iter().map(|step| step.kind.clone()).collect();
        (reference.pointer.clone(), reference.root.clone(), steps)
    };
    // `$boolean(x)` tests a value that it needs.
    let asks = |reference: &&Reference<'_>| reference.guard && !reference.needed;
    let asked: Vec<_> = references.iter().filter(asks).map(way).collect();
    for reference in &references {
        let Some(state) = flow.states.get(&reference.state_at) else { continue };
        if matches!(reference.root, ReferenceRoot::Output | ReferenceRoot::ErrorOutput) {
            continue;
        }
        let Some(root) = state.root(&reference.root) else { continue };
        let value = steps(root, &reference.steps);
        // Catchers catch errors of JSONata, and none of JSONPath.
        let is_caught =
            reference.language == QueryLanguage::Jsonata && catchers.iter().any(|at| is_in(&reference.state_at, at));
        let certainly = matches!(value, Symbol::Part { .. }) && !is_caught;
        for value in value.alternatives() {
            if let Symbol::Part { of: ValueSource::Input, path } = value
                && !path.is_empty()
            {
                let needed = reference.needed && certainly && certain.contains(&reference.state_at);
                let asked = asked.contains(&way(reference));
                let (state_at, pointer) = (reference.state_at.clone(), reference.pointer.clone());
                found.push(Read { path: path.clone(), state: state.name.clone(), state_at, pointer, needed, asked });
            }
        }
    }
    found
}

/// Returns the pointers of the states with catchers.
fn catching(graph: &Graph<'_>) -> Vec<Pointer> {
    let states = graph.states().iter().enumerate().filter(|(_, (_, state))| state.catch.is_some());
    states.map(|(number, _)| graph.state_pointer(number)).collect()
}

/// Returns whether a place is this one or inside it.
pub(crate) fn is_in(place: &Pointer, whole: &Pointer) -> bool {
    place.as_str().strip_prefix(whole.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
