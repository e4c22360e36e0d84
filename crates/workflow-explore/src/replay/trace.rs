//! A history as lanes of visits with their data, for recorded and replayed executions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};
use workflow_graph::history::{Event, History, Visit};
use workflow_local::history::Details;
use workflow_local::{EventType, HistoryEvent, Payload, TaskError};

use super::noted::{Called, Fact, Noted, fact, is_task_failure};

/// How a task was answered.
#[derive(Clone, Debug)]
pub(crate) enum Answered {
    Result(Payload),
    Error(TaskError),
    /// The task had no answer: it failed with this error by its timeout.
    TimedOut(TaskError),
    /// The task had no answer: something else ended first.
    Stopped,
}

/// The origin of a lane.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fork {
    /// The execution itself.
    Whole,
    /// A branch of a parallel, by the name of its first state.
    Branch(String),
    /// An iteration of a map.
    Item(u64),
}

/// A sequence of states: of the execution, a branch or an iteration.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    /// The visit of the enclosing parallel or map.
    pub(super) parent: Option<usize>,
    pub(super) fork: Fork,
    /// The number of earlier lanes of this kind in the visit. A retry of a map or parallel starts its lanes again.
    pub(super) round: usize,
    pub(super) visits: Vec<usize>,
}

/// An attempt of a task.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) scheduled: u64,
    pub(super) called: Called,
    /// The response of the service that took the task, and the event.
    pub(super) submitted: Option<(Payload, u64)>,
    /// The worker that took an activity's task, and the event.
    pub(super) worker: Option<(Option<String>, u64)>,
    /// The outcome and its event.
    pub(super) outcome: Option<(Answered, u64)>,
}

/// A history, followed event by event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    /// The first states of the branches of the definition that is replayed.
    pub(super) first_states: Arc<BTreeSet<String>>,
    structure: History,
    pub(super) noted: Vec<Noted>,
    /// The lanes by the number of the thread.
    pub(super) lanes: BTreeMap<usize, Lane>,
    /// The lanes by the enclosing visit, the origin, and the number of earlier lanes of this kind.
    pub(super) by_key: BTreeMap<(Option<usize>, Fork, usize), usize>,
    /// The visits of each state in a lane, in order.
    by_state: BTreeMap<(usize, String), Vec<usize>>,
    calls: BTreeMap<usize, Vec<Call>>,
    /// The number of items of the maps of visits at their last start.
    items: BTreeMap<usize, u64>,
    /// The visits that started map runs, by ARN.
    pub(super) map_runs: BTreeMap<String, usize>,
}

impl Trace {
    pub(super) fn of_replay(first_states: &Arc<BTreeSet<String>>) -> Self {
        Self { first_states: Arc::clone(first_states), ..Self::default() }
    }

    pub(super) fn push(&mut self, event: Event, noted: Noted) {
        let known = self.structure.visits.len();
        self.structure.push(event);
        for visit in known..self.structure.visits.len() {
            self.enter(visit);
        }
        let visit = self.structure.events.last().and_then(|event| event.visit);
        if let Some(visit) = visit {
            self.work(visit, &noted);
        }
        self.noted.push(noted);
    }

    /// Records that a state was entered.
    fn enter(&mut self, number: usize) {
        let Some(visit) = self.structure.visits.get(number) else { return };
        if !self.lanes.contains_key(&visit.thread) {
            let fork = match (visit.parent, visit.item) {
                (None, _) => Fork::Whole,
                (Some(parent), item) => match (item, self.structure.visits.get(parent)) {
                    (Some(item), Some(around)) if around.kind == "Map" => Fork::Item(item),
                    _ => Fork::Branch(visit.state.clone()),
                },
            };
            let round = (0..).find(|round| !self.by_key.contains_key(&(visit.parent, fork.clone(), *round)));
            let round = round.unwrap_or_default();
            self.by_key.insert((visit.parent, fork.clone(), round), visit.thread);
            self.lanes.insert(visit.thread, Lane { parent: visit.parent, fork, round, visits: Vec::new() });
        }
        if let Some(lane) = self.lanes.get_mut(&visit.thread) {
            lane.visits.push(number);
        }
        self.by_state.entry((visit.thread, visit.state.clone())).or_default().push(number);
    }

    /// Records an event of a visit's work.
    fn work(&mut self, visit: usize, noted: &Noted) {
        use EventType as E;
        match &noted.fact {
            Fact::MapRun(arn) => drop(self.map_runs.insert(arn.clone(), visit)),
            Fact::Items(items) => drop(self.items.insert(visit, *items)),
            Fact::Called(called) => {
                let (scheduled, called) = (noted.id, called.clone());
                let call = Call { scheduled, called, submitted: None, worker: None, outcome: None };
                self.calls.entry(visit).or_default().push(call);
            }
            _ => {}
        }
        let Some(call) = self.calls.get_mut(&visit).and_then(|calls| calls.last_mut()) else { return };
        let Some(kind) = noted.kind else { return };
        match (kind, &noted.fact) {
            (E::TaskSubmitted, Fact::Result(output)) => call.submitted = Some((output.clone(), noted.id)),
            (_, Fact::Worker(worker)) => call.worker = Some((worker.clone(), noted.id)),
            (E::TaskSucceeded | E::LambdaFunctionSucceeded | E::ActivitySucceeded, Fact::Result(output)) => {
                call.outcome = Some((Answered::Result(output.clone()), noted.id));
            }
            (E::TaskTimedOut | E::LambdaFunctionTimedOut | E::ActivityTimedOut, Fact::Failed(error)) => {
                call.outcome = Some((Answered::TimedOut(error.clone()), noted.id));
            }
            (kind, Fact::Failed(error)) if is_task_failure(kind) => {
                call.outcome = Some((Answered::Error(error.clone()), noted.id));
            }
            _ => {}
        }
    }

    /// Returns the answers of tasks with their states, in the order of the visits; `None` for a call without one.
    pub(crate) fn answers(&self) -> impl Iterator<Item = (&str, Option<&Answered>)> {
        let calls = self.calls.iter().filter_map(|(visit, calls)| Some((self.visit(*visit)?.state.as_str(), calls)));
        calls.flat_map(|(state, calls)| {
            calls.iter().map(move |call| (state, call.outcome.as_ref().map(|(answer, _)| answer)))
        })
    }

    /// Reads the events that an engine has added to a history since the last call.
    pub(crate) fn follow(&mut self, history: &[HistoryEvent]) {
        for event in history.get(self.noted.len()..).unwrap_or_default() {
            let fact = fact(&event.details);
            self.push(graph_event(event), Noted { id: event.id, kind: Some(event.kind), time: event.timestamp, fact });
        }
    }

    pub(super) fn event(&self, id: u64) -> Option<&Noted> {
        let at = usize::try_from(id).ok()?.checked_sub(1)?;
        self.noted.get(at).filter(|noted| noted.id == id)
    }

    pub(super) fn visit(&self, number: usize) -> Option<&Visit> {
        self.structure.visits.get(number)
    }

    /// Returns the visit that an event belongs to.
    pub(super) fn visit_of(&self, event: u64) -> Option<usize> {
        let at = usize::try_from(event).ok()?.checked_sub(1)?;
        self.structure.events.get(at)?.visit
    }

    /// Returns the number of the lane in which the next state after an event is entered.
    pub(super) fn lane_after(&self, event: u64) -> Option<usize> {
        let visit = self.visit(self.visit_of(event)?)?;
        // An event that starts a branch or an iteration has no lane before its first state is entered.
        let kind = self.event(event)?.kind;
        let begins = matches!(kind, Some(EventType::ParallelStateStarted | EventType::MapIterationStarted));
        (!begins).then_some(visit.thread)
    }

    /// Returns the lanes that a visit started, in order.
    pub(super) fn lanes_of(&self, parent: usize, round: usize) -> impl Iterator<Item = (&usize, &Lane)> {
        self.lanes.iter().filter(move |(_, lane)| lane.parent == Some(parent) && lane.round == round)
    }

    /// Returns the visits of a state in a lane, in order.
    pub(super) fn visits_in(&self, lane: usize, state: &str) -> &[usize] {
        self.by_state.get(&(lane, state.to_owned())).map_or(&[], Vec::as_slice)
    }

    pub(super) fn calls(&self, visit: usize) -> &[Call] {
        self.calls.get(&visit).map_or(&[], Vec::as_slice)
    }

    /// Returns the number of items of a visit's map. Returns `None` if the history does not have it.
    pub(super) fn items(&self, visit: usize) -> Option<u64> {
        self.items.get(&visit).copied().filter(|items| *items > 0)
    }

    /// Returns the event with the output and variables of a visit.
    pub(super) fn exit(&self, visit: usize) -> Option<&Noted> {
        self.event(self.visit(visit)?.exited?)
    }

    pub(super) fn input(&self) -> Option<&Payload> {
        match &self.noted.first()?.fact {
            Fact::Input(input) => Some(input),
            _ => None,
        }
    }
}

/// Returns what the visits of states need to know of an event of an engine.
pub(crate) fn graph_event(event: &HistoryEvent) -> Event {
    let mut made = Event::default();
    (made.id, made.previous, made.time) = (event.id, event.previous_id, Some(event.timestamp.as_millis()));
    event.kind.name().clone_into(&mut made.kind);
    made.details = match &event.details {
        Details::StateEntered { name, .. } | Details::StateExited { name, .. } => json!({ "name": &**name }),
        Details::MapIteration { name, index } => json!({ "name": &**name, "index": index }),
        details => match details.failure() {
            Some((Some(error), _)) => json!({ "error": error }),
            _ => Value::Null,
        },
    };
    made
}
