//! The executions that an execution starts: the workflows of the same file run on their own engines, and failures of
//! children are shown, because the history of their parent has none of their states.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use workflow_asl::printable::printable;
use workflow_local::{EventType, Execution, HistoryEvent, Status, View};

/// The most failures that are shown.
const SHOWN: usize = 5;

/// The failures of children so far, in order.
#[derive(Clone, Default)]
pub(crate) struct Failures(Arc<Mutex<Vec<String>>>);

impl Failures {
    /// Notes an execution of a workflow that has ended, which a state started.
    pub(crate) fn note(&self, workflow: &str, state: &str, execution: &Execution) {
        self.note_map_runs(execution);
        self.note_one(&format!("`{}`, which `{}` starts,", printable(workflow), printable(state)), execution.view());
    }

    /// Notes the children of the distributed maps of an execution.
    pub(crate) fn note_map_runs(&self, execution: &Execution) {
        for map_run in execution.map_runs() {
            let map = map_of(execution.starter(map_run), map_run.arn());
            for (index, child) in execution.children(map_run, usize::MAX) {
                self.note_one(&format!("`{}[{index}]`", printable(map.as_deref().unwrap_or("a map"))), child);
            }
        }
    }

    fn note_one(&self, child: &str, view: View<'_>) {
        let how = match view.status() {
            Status::Failed => "failed",
            Status::TimedOut => "timed out",
            _ => return,
        };
        let place = last_state(view.history()).map(|state| format!(" in the state `{}`", printable(&state)));
        let mut text = format!("child: {child} {how}{}\n", place.unwrap_or_default());
        for (name, said) in [("error", view.error()), ("cause", view.cause())] {
            if let Some(said) = said {
                text.push_str(&format!("  {name}: {}\n", printable(said)));
            }
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A retry may fail in the same way.
        if !all.contains(&text) {
            all.push(text);
        }
    }

    /// Returns the first failures as lines.
    pub(crate) fn text(&self) -> String {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text: String = all.iter().take(SHOWN).map(String::as_str).collect();
        match all.len().saturating_sub(SHOWN) {
            0 => {}
            1 => text.push_str("1 more child failed\n"),
            more => text.push_str(&format!("{more} more children failed\n")),
        }
        text
    }
}

/// Returns the distributed map that started a map run.
fn map_of(starter: View<'_>, arn: &str) -> Option<String> {
    let history = starter.history();
    let is_start = |event: &&HistoryEvent| {
        event.kind == EventType::MapRunStarted
            && event.to_api_json().pointer("/mapRunStartedEventDetails/mapRunArn").is_some_and(|of| of == arn)
    };
    entered_before(history, history.iter().find(is_start)?)
}

/// Returns the last state on the way to the end of an execution.
fn last_state(history: &[HistoryEvent]) -> Option<String> {
    entered_before(history, history.last()?)
}

fn entered_before(history: &[HistoryEvent], event: &HistoryEvent) -> Option<String> {
    // Ids count from 1 without gaps.
    let before = |event: &&HistoryEvent| {
        let previous = usize::try_from(event.previous_id).ok()?.checked_sub(1)?;
        history.get(previous).filter(|other| other.id < event.id)
    };
    let mut events = std::iter::successors(Some(event), before);
    let entered = events.find(|event| event.kind.name().ends_with("StateEntered"))?.to_api_json();
    Some(entered.pointer("/stateEnteredEventDetails/name")?.as_str()?.to_owned())
}

/// Returns the state machine that a state starts, if the definition names it; a value that is not known is its
/// placeholder.
pub(crate) fn started_by<'v>(definition: &'v Value, state: &str) -> Option<&'v str> {
    let state = state_of(definition, state)?;
    let request = state.get("Arguments").or_else(|| state.get("Parameters"))?;
    request.get("StateMachineArn")?.as_str().filter(|arn| !arn.starts_with("{%"))
}

/// Returns a state of a definition, also in a branch or a map.
pub(crate) fn state_of<'v>(definition: &'v Value, name: &str) -> Option<&'v Value> {
    let mut open = vec![definition];
    while let Some(body) = open.pop() {
        let Some(states) = body.get("States").and_then(Value::as_object) else { continue };
        if let Some(found) = states.get(name) {
            return Some(found);
        }
        for state in states.values() {
            open.extend(["ItemProcessor", "Iterator"].iter().filter_map(|field| state.get(field)));
            open.extend(state.get("Branches").and_then(Value::as_array).into_iter().flatten());
        }
    }
    None
}
