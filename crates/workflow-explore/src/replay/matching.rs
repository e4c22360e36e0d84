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
impl Trace {
    /// Returns the recorded lane of a replayed lane.
    pub(super) fn same_lane(&self, recorded: &Self, lane: usize) -> Option<usize> {
        let replayed = self.lanes.get(&lane)?;
        let parent = match replayed.parent {
            Some(parent) => Some(self.same_visit(recorded, parent)?),
            None => None,
        };
        let found = recorded.by_key.get(&(parent, replayed.fork.clone(), replayed.round)).copied();
        match (&replayed.fork, found, replayed.parent, parent) {
            // A branch may now start with a different state.
            (Fork::Branch(_), None, Some(around), Some(parent)) => {
                let mut siblings = self.lanes_of(around, replayed.round);
                let position = siblings.position(|(number, _)| *number == lane)?;
                let (number, other) = recorded.lanes_of(parent, replayed.round).nth(position)?;
                matches!(&other.fork, Fork::Branch(first) if !self.first_states.contains(first)).then_some(*number)
            }
            _ => found,
        }
    }

    /// Returns the recorded visit of a replayed visit.
    pub(super) fn same_visit(&self, recorded: &Self, visit: usize) -> Option<usize> {
        let replayed = self.visit(visit)?;
        let lane = self.same_lane(recorded, replayed.thread)?;
        let nth = self.visits_in(replayed.thread, &replayed.state).binary_search(&visit).ok()?;
        recorded.visits_in(lane, &replayed.state).get(nth).copied()
    }
}
