//! Computes the durations of the states of an execution from its history.

use workflow_graph::history::History;
use workflow_local::history::Details;
use workflow_local::{HistoryEvent, Instant};

use crate::replay::graph_event;

/// The results of one pass over a history.
#[derive(Debug, Default)]
pub(super) struct Visits {
    /// Each visit: the state's name, and the milliseconds from entering it to leaving it or to its stop.
    pub(super) times: Vec<(String, i64)>,
    /// The number of started branches and iterations.
    pub(super) inside: u64,
    /// The size of the largest input of a state, in bytes.
    pub(super) largest: usize,
}

impl Visits {
    /// Reads the history of an execution that ended at `end`.
    pub(super) fn of(history: &[HistoryEvent], end: Instant) -> Self {
        let mut structure = History::default();
        history.iter().for_each(|event| structure.push(graph_event(event)));
        let inputs = history.iter().filter_map(|event| match &event.details {
            Details::StateEntered { input, .. } => Some(input.bytes()),
            _ => None,
        });
        let largest = inputs.max().unwrap_or_default();
        let inside = structure.visits.iter().map(|visit| visit.thread).max().unwrap_or_default() as u64;
        let times = structure.visits.into_iter().map(|visit| {
            let time = visit.time.1.unwrap_or(end.as_millis()) - visit.time.0.unwrap_or_default();
            (visit.state, time)
        });
        Self { times: times.collect(), inside, largest }
    }
}
