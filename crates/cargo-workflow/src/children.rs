//! The executions that an execution starts: the workflows of the same file run on their own engines, and failures of
//! children are shown, because the history of their parent has none of their states.

use std::collections::BTreeMap;
use std::slice;
use std::sync::{Arc, Mutex, PoisonError};

use workflow_asl::printable::printable;
use workflow_local::internal::InternalEngine;
use workflow_local::{Engine, EventType, Execution, HistoryEvent, Status, View};

/// The most failures that are shown.
const SHOWN: usize = 5;

/// The path of a workflow in its file.
type WorkflowPath = Vec<String>;

/// A workflow of a file.
pub(crate) struct Member {
    /// Its engine, which starts no others.
    engine: Engine,
    /// The workflows of the file that it starts, with the ARNs by which it does.
    starts: Vec<(String, WorkflowPath)>,
}

impl Member {
    pub(crate) fn new(engine: Engine, starts: Vec<(String, WorkflowPath)>) -> Self {
        Self { engine, starts }
    }

    /// Returns the workflows that it starts.
    pub(crate) fn started(&self) -> impl Iterator<Item = &WorkflowPath> {
        self.starts.iter().map(|(_, path)| path)
    }

    /// Notes the failures of its executions that others start.
    pub(crate) fn reporting(self, failures: Failures, name: String) -> Self {
        let engine = self.engine.when_started_ends(move |state, execution| failures.note(&name, state, execution));
        Self { engine, ..self }
    }

    /// Returns its engine, which starts the engines of other workflows, but not of the workflows `around` it. Their
    /// engines are made when they start: each path of starts has its own, and there may be very many.
    pub(crate) fn engine(&self, all: &Arc<BTreeMap<WorkflowPath, Arc<Self>>>, around: &[WorkflowPath]) -> Engine {
        let mut engine = self.engine.clone();
        for (arn, path) in &self.starts {
            let Some(child) = all.get(path).filter(|_| !around.contains(path)).cloned() else { continue };
            let (all, around) = (Arc::clone(all), [around, slice::from_ref(path)].concat());
            engine = engine.on_state_machine_with(arn, move || child.engine(&all, &around));
        }
        engine
    }
}

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
