//! The trace of a running execution: each span is returned once, when it ends.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Trace;
use crate::history::{Event, History, Status};

/// Follows a running execution: takes its events and returns the spans that have ended.
///
/// ```
/// use serde_json::json;
/// use workflow_graph::history::Event;
/// use workflow_graph::trace::Following;
///
/// let mut following = Following::of("greet");
/// let events = json!([
///     {"id": 1, "timestamp": 1.0, "type": "ExecutionStarted"},
///     {"id": 2, "previousEventId": 1, "timestamp": 1.0, "type": "PassStateEntered", "stateEnteredEventDetails": {"name": "A"}},
///     {"id": 3, "previousEventId": 2, "timestamp": 2.0, "type": "PassStateExited", "stateExitedEventDetails": {"name": "A"}}]);
/// events.as_array().into_iter().flatten().filter_map(Event::read).for_each(|event| following.push(event));
/// let ended = following.ended(512);
/// assert_eq!(ended[0]["scopeSpans"][0]["spans"][0]["name"], "A");
/// // The execution itself goes on.
/// assert_eq!(following.ended(512), Vec::<serde_json::Value>::new());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Following {
    name: String,
    history: History,
    given: BTreeSet<(u64, u8)>,
}

impl Following {
    /// Follows an execution with this name or ARN from its first event.
    pub fn of(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Returns the number of events so far.
    pub fn events(&self) -> usize {
        self.history.events.len()
    }

    /// Returns whether the execution has ended.
    pub fn has_ended(&self) -> bool {
        self.history.status != Status::Running
    }

    /// Adds the next event.
    pub fn push(&mut self, event: Event) {
        let is_redriven = event.kind == "ExecutionRedriven";
        if is_redriven {
            // Spans that ended earlier were returned at the time.
            let trace = Trace::of(&self.history, &self.name);
            self.given.extend(trace.spans.iter().filter(|span| !span.is_open).map(|span| span.key));
        }
        self.history.push(event);
        if is_redriven {
            // A resumed span ends once more.
            let trace = Trace::of(&self.history, &self.name);
            trace.spans.iter().filter(|span| span.is_open).for_each(|span| _ = self.given.remove(&span.key));
        }
        let is_first = self.history.events.len() == 1;
        // Data that no span shows is dropped.
        if let Some(last) =
            self.history.events.last_mut().filter(|event| !is_first && !event.kind.starts_with("Execution"))
        {
            last.details = Value::Null;
        }
    }

    /// Returns the spans that have ended since the last call, as elements of OTLP's `resourceSpans` with at most `most`
    /// spans each. The execution's span is the last.
    pub fn ended(&mut self, most: usize) -> Vec<Value> {
        let trace = Trace::of(&self.history, &self.name);
        let mut ended = Vec::new();
        for (number, span) in trace.spans.iter().enumerate().skip(1).chain(trace.spans.iter().enumerate().take(1)) {
            if !span.is_open && self.given.insert(span.key) {
                ended.push(number);
            }
        }
        ended.chunks(most.max(1)).map(|numbers| trace.resource_spans(numbers)).collect()
    }
}
