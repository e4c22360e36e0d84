//! Matches the parts of a recorded execution with the parts of a replayed execution.

use std::collections::BTreeSet;

use serde_json::Value;
use workflow_asl::document::StateMachine;
use workflow_asl::graph::Graph;
use workflow_local::{Instant, TaskError};

use super::trace::{Fork, Trace};

/// A recorded execution, or a child of it, ready to be compared.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) file: String,
    pub(super) trace: Trace,
    pub(super) map_run: Option<String>,
    /// The children, in the order of their starts.
    pub(super) children: Vec<Self>,
    /// The times at which it was redriven.
    pub(super) redrives: Vec<Instant>,
    /// The times at which it was stopped, with the errors.
    pub(super) stops: Vec<(Instant, TaskError)>,
}

pub(super) fn first_states(definition: &Value) -> BTreeSet<String> {
    let (machine, _) = StateMachine::read(definition);
    let graphs = Graph::all(&machine);
    let first = |graph: &Graph<'_>| Some(graph.states().get(graph.start()?)?.0.to_owned());
    graphs.iter().filter_map(first).collect()
}

/// Matches the lanes and visits of a replayed execution with the lanes and visits of the recorded execution. Lanes
/// match by the item or the branch, within the matching visit. Visits match by the name of their state and the number
/// of its earlier visits in the lane.
#[derive(Clone, Copy)]
pub(super) struct Matching<'m> {
    pub(super) replayed: &'m Trace,
    pub(super) recorded: &'m Trace,
    /// The first states of the branches of the replayed definition.
    pub(super) first_states: &'m BTreeSet<String>,
}

impl Matching<'_> {
    /// Returns the recorded lane of a replayed lane.
    pub(super) fn lane(&self, lane: usize) -> Option<usize> {
        let replayed = self.replayed.lane(lane)?;
        let parent = match replayed.parent {
            Some(parent) => Some(self.visit(parent)?),
            None => None,
        };
        let found = self.recorded.by_key.get(&(parent, replayed.fork.clone(), replayed.round)).copied();
        match (&replayed.fork, found, replayed.parent, parent) {
            // A branch may now start with a different state.
            (Fork::Branch(_), None, Some(around), Some(parent)) => {
                let mut siblings = self.replayed.lanes_of(around, replayed.round);
                let position = siblings.position(|(number, _)| number == lane)?;
                let (number, other) = self.recorded.lanes_of(parent, replayed.round).nth(position)?;
                matches!(&other.fork, Fork::Branch(first) if !self.first_states.contains(first)).then_some(number)
            }
            _ => found,
        }
    }

    pub(super) fn visit(&self, visit: usize) -> Option<usize> {
        let replayed = self.replayed.visit(visit)?;
        let lane = self.lane(replayed.thread)?;
        self.recorded.nth_visit(lane, &replayed.state, self.replayed.nth(visit))
    }
}
