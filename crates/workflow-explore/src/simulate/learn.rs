//! Learns a model from histories as AWS exports them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use workflow_asl::StateKind;
use workflow_asl::document::StateMachine;
use workflow_asl::nearest::nearest;
use workflow_graph::history::{Attempt, Event, History, Status};
use workflow_local::{Engine, Program};

use super::draws::mixed;
use crate::states::States;

/// The maximum number of latencies of a state and an error in a learnt model. More latencies are replaced by as many
/// percentiles.
const MOST_LATENCIES: usize = 200;
/// The maximum number of distinct inputs, and of distinct outputs of a state, in a learnt model.
const MOST_VALUES: usize = 50;

/// Learns a model from histories: the latencies of the tasks of a workflow, their failures and their outputs.
///
/// ```
/// use serde_json::json;
/// use workflow_explore::simulate::{Distribution, Learning, Model, Simulation, TaskModel};
/// use workflow_asl::source::Format;
/// use workflow_local::{Answers, Engine, HistoryEvent};
///
/// let engine = Engine::new(&json!({ "StartAt": "Charge", "States": { "Charge": {
///     "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "End": true } } }))?;
/// let answer = Answers::new().then(json!({ "paid": true })).after(std::time::Duration::from_millis(300));
/// let recorded = engine.clone().on_state_answers("Charge", answer).run(&json!({ "total": 3 }))?;
/// let history = json!({ "events": recorded.history().iter().map(HistoryEvent::to_api_json).collect::<Vec<_>>() });
///
/// let mut learning = Learning::new(&engine);
/// learning.add(&history)?;
/// let learnt = learning.finish();
/// assert_eq!(learnt.model["states"]["Charge"]["latency"], json!({ "samples": [0.3] }));
/// let model = Model::read(learnt.model.to_string().as_bytes(), Format::Json)?;
/// assert_eq!(Simulation::new(&engine, &model)?.executions(10).run()?.duration.p50, 0.3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Learning {
    states: States,
    /// The first state. Histories that start with it have the inputs of executions.
    start: Option<String>,
    inputs: Values,
    tasks: BTreeMap<String, Seen>,
    notes: Vec<String>,
    histories: u64,
    /// The states that histories entered, in order, with the number of histories.
    paths: BTreeMap<Vec<String>, u64>,
}

/// The result of learning.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Learnt {
    /// The model, in the format of a model file.
    pub model: Value,
    /// The number of histories.
    pub histories: u64,
    /// The number of attempts of tasks in the histories.
    pub attempts: u64,
    /// Notes on tasks without attempts, omitted attempts and values, and unknown event types.
    pub notes: Vec<String>,
}

/// The reason why nothing can be learnt from a history.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LearnError {
    /// The document is not a history.
    #[error("it is not a history: {0}\n  = help: give what `aws stepfunctions get-execution-history` prints")]
    NotHistory(String),
    /// The history has no events.
    #[error("the history has no events\n  = help: leave it out, or export it again")]
    Empty,
    /// The history is of another state machine.
    #[error("the history is of another state machine: event {event} enters `{state}`, which the definition does not have{}",
        nearest.as_ref().map(|name| format!("\n  = help: did you mean `{name}`?")).unwrap_or_default())]
    OtherMachine {
        /// The number of the event.
        event: u64,
        /// The state's name.
        state: String,
        /// The most similar name.
        nearest: Option<String>,
    },
    /// The history was exported without data.
    #[error(
        "event {event} has no {what}: the history was exported without data\n  = help: export it with `--include-execution-data`"
    )]
    NoData {
        /// The number of the event.
        event: u64,
        /// The missing data.
        what: &'static str,
    },
    /// Events are missing.
    #[error(
        "event {event} is missing\n  = help: export the whole history: `aws stepfunctions get-execution-history` reads all its pages"
    )]
    Missing {
        /// The number of the first missing event.
        event: u64,
    },
    /// The history ends before its execution. Its running tasks would be missing, and these take longest.
    #[error(
        "the history ends before its execution, at event {event}\n  = help: export it again when the execution has ended, with all its pages, or leave it out"
    )]
    CutOff {
        /// The number of the last event.
        event: u64,
    },
    /// The data of an event is not JSON, for example because it was truncated.
    #[error("the {what} of event {event} is truncated or not JSON\n  = help: leave this history out")]
    NotJson {
        /// The number of the event.
        event: u64,
        /// The name of the data.
        what: &'static str,
    },
    /// An event has no time.
    #[error(
        "event {event} has no time that can be read\n  = help: a `timestamp` is text such as \"2026-01-31T09:00:00Z\", or seconds since 1970"
    )]
    NoTime {
        /// The number of the event.
        event: u64,
    },
}

/// The recorded attempts of a state's tasks.
#[derive(Clone, Debug, Default)]
struct Seen {
    latencies: Vec<f64>,
    failures: BTreeMap<String, Vec<f64>>,
    outputs: Values,
}

/// Distinct values, each by the path of its execution, with the number of times that it was seen.
#[derive(Clone, Debug, Default)]
struct Values {
    seen: BTreeMap<(u64, String), u64>,
}

impl Learning {
    /// Creates a learner for the workflow that an engine runs.
    pub fn new(engine: &Engine) -> Self {
        let program: &Program = engine.program();
        let (machine, _) = StateMachine::read(program.definition());
        Self {
            states: States::of(&machine, program),
            start: machine.start_at.clone(),
            inputs: Values::default(),
            tasks: BTreeMap::new(),
            notes: Vec::new(),
            histories: 0,
            paths: BTreeMap::new(),
        }
    }

    /// Learns from a history, which is the output of `aws stepfunctions get-execution-history`. The history may be of
    /// an execution or of a child of a distributed map.
    ///
    /// # Errors
    /// Returns an error if the document is not a history, is of another state machine, ends before its execution, or
    /// lacks events, times or data. Nothing is learnt from it in that case.
    pub fn add(&mut self, history: &Value) -> Result<(), LearnError> {
        let history = History::read(history).map_err(LearnError::NotHistory)?;
        let first = history.visits.first();
        if history.events.is_empty() {
            return Err(LearnError::Empty);
        }
        // An attempt without its end event would not be counted.
        if let Some((event, _)) = (1..).zip(&history.events).find(|(number, event)| event.id != *number) {
            return Err(LearnError::Missing { event });
        }
        if let (Status::Running, Some(last)) = (history.status, history.events.last()) {
            return Err(LearnError::CutOff { event: last.id });
        }
        if let Some(visit) = history.visits.iter().find(|visit| self.states.get(&visit.state).is_none()) {
            let known = self.states.all.keys().map(String::as_str);
            let nearest = nearest(&visit.state, known).map(str::to_owned);
            return Err(LearnError::OtherMachine { event: visit.entered, state: visit.state.clone(), nearest });
        }
        let states: Vec<_> = history.visits.iter().map(|visit| visit.state.clone()).collect();
        let path = states.iter().fold(0, |path, state| hashed(path, state));
        let mut tasks: BTreeMap<String, Seen> = BTreeMap::new();
        // These include unknown event types.
        let mut notes = history.notes.clone();
        for visit in &history.visits {
            for attempt in &visit.attempts {
                let Some(ended) = attempt.ended else {
                    let state = &visit.state;
                    notes.push(format!("an attempt of `{state}` has no event that ends it: it is left out"));
                    continue;
                };
                let seen = tasks.entry(visit.state.clone()).or_default();
                seen.add(&history, attempt, ended, path)?;
            }
        }
        let started = history.events.iter().find(|event| event.kind == "ExecutionStarted");
        // The children of distributed maps start with another state and with an item.
        let begins = first.is_some_and(|visit| self.start.as_ref() == Some(&visit.state));
        let input = match started.filter(|_| begins) {
            Some(started) => Some(data(started, "input")?),
            None => None,
        };
        if let Some(input) = input {
            self.inputs.add(&input, path);
            *self.paths.entry(states).or_default() += 1;
        }
        for (name, seen) in tasks {
            self.tasks.entry(name).or_default().merge(seen);
        }
        self.notes.extend(notes);
        self.histories += 1;
        Ok(())
    }

    /// Returns the inputs that occurred, the most frequent first.
    pub(crate) fn inputs(&self) -> Vec<Value> {
        self.inputs.by_frequency()
    }

    /// Returns the tasks with the results that occurred, the most frequent first, and the errors.
    pub(crate) fn answers(&self) -> impl Iterator<Item = (&str, Vec<Value>, impl Iterator<Item = &String>)> {
        let tasks = self.tasks.iter();
        tasks.map(|(name, seen)| (name.as_str(), seen.outputs.by_frequency(), seen.failures.keys()))
    }

    /// Returns how many executions entered these states first, in this order.
    pub(crate) fn began_with(&self, path: &[&str]) -> u64 {
        let is_it =
            |states: &[String]| states.len() >= path.len() && states.iter().zip(path).all(|(one, other)| one == other);
        self.paths.iter().filter(|(states, _)| is_it(states)).map(|(_, count)| count).sum()
    }

    /// Returns the number of executions, without children of distributed maps.
    pub(crate) fn executions(&self) -> u64 {
        self.paths.values().sum()
    }

    /// Returns the model.
    pub fn finish(mut self) -> Learnt {
        let mut model = Map::new();
        if !self.inputs.seen.is_empty() {
            model.insert("inputs".to_owned(), self.inputs.to_json("inputs", &mut self.notes));
        }
        let mut states = Map::new();
        let mut attempts = 0;
        for (name, seen) in std::mem::take(&mut self.tasks) {
            attempts += seen.attempts();
            states.insert(name.clone(), seen.to_json(&name, &mut self.notes));
        }
        for (name, facts) in &self.states.all {
            if facts.kind == StateKind::Task && !states.contains_key(name) {
                self.notes.push(format!("no history has an attempt of the task `{name}`: give it a model yourself"));
            }
        }
        model.insert("states".to_owned(), Value::Object(states));
        self.notes.sort();
        self.notes.dedup();
        Learnt { model: Value::Object(model), histories: self.histories, attempts, notes: self.notes }
    }
}

/// Returns a member of an event that is a JSON string.
fn data(event: &Event, name: &'static str) -> Result<Value, LearnError> {
    let missing = LearnError::NoData { event: event.id, what: name };
    let text = event.detail(name).and_then(Value::as_str).ok_or(missing)?;
    serde_json::from_str(text).map_err(|_| LearnError::NotJson { event: event.id, what: name })
}

#[expect(clippy::cast_precision_loss, reason = "counts and milliseconds are far below 2^53")]
impl Seen {
    fn add(&mut self, history: &History, attempt: &Attempt, ended: u64, path: u64) -> Result<(), LearnError> {
        let time = |time: Option<i64>, event: u64| time.ok_or(LearnError::NoTime { event });
        let (begin, end) = (time(attempt.time.0, attempt.scheduled)?, time(attempt.time.1, ended)?);
        let seconds = end.saturating_sub(begin).max(0) as f64 / 1000.0;
        match &attempt.error {
            Some(error) => self.failures.entry(error.clone()).or_default().push(seconds),
            None => {
                let event = history.events.binary_search_by_key(&ended, |event| event.id);
                if let Some(event) = event.ok().and_then(|place| history.events.get(place)) {
                    self.outputs.add(&data(event, "output")?, path);
                }
                self.latencies.push(seconds);
            }
        }
        Ok(())
    }

    fn merge(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        for (error, latencies) in other.failures {
            self.failures.entry(error).or_default().extend(latencies);
        }
        for (value, count) in other.outputs.seen {
            *self.outputs.seen.entry(value).or_default() += count;
        }
    }

    fn attempts(&self) -> u64 {
        let failed: usize = self.failures.values().map(Vec::len).sum();
        (self.latencies.len() + failed) as u64
    }

    fn to_json(&self, name: &str, notes: &mut Vec<String>) -> Value {
        let attempts = self.attempts() as f64;
        let mut model = Map::new();
        // For a task that never succeeded, use the latencies of its failures.
        let latencies = match self.latencies.as_slice() {
            [] => self.failures.values().flatten().copied().collect(),
            latencies => latencies.to_vec(),
        };
        model.insert("latency".to_owned(), samples(latencies));
        if !self.failures.is_empty() {
            let failures = self.failures.iter().map(|(error, latencies)| {
                let probability = latencies.len() as f64 / attempts;
                (error.clone(), json!({ "probability": probability, "latency": samples(latencies.clone()) }))
            });
            model.insert("failures".to_owned(), Value::Object(failures.collect()));
        }
        if !self.outputs.seen.is_empty() {
            model.insert("outputs".to_owned(), self.outputs.to_json(&format!("outputs of `{name}`"), notes));
        }
        Value::Object(model)
    }
}

/// Returns the latencies, or as many percentiles of them as a model may have.
fn samples(mut latencies: Vec<f64>) -> Value {
    latencies.sort_by(f64::total_cmp);
    if latencies.len() > MOST_LATENCIES {
        // Take the middle of each of `MOST_LATENCIES` equal parts.
        let step = |part: usize| (2 * part + 1) * latencies.len() / (2 * MOST_LATENCIES);
        latencies = (0..MOST_LATENCIES).filter_map(|part| latencies.get(step(part)).copied()).collect();
    }
    json!({ "samples": latencies })
}

/// Mixes the bytes of a text into a hash.
fn hashed(hash: u64, text: &str) -> u64 {
    text.bytes().map(u64::from).fold(mixed(hash, 0), mixed)
}

impl Values {
    fn add(&mut self, value: &Value, path: u64) {
        *self.seen.entry((path, value.to_string())).or_default() += 1;
    }

    fn weights(&self) -> BTreeMap<&str, u64> {
        let mut weights: BTreeMap<&str, u64> = BTreeMap::new();
        for ((_, text), count) in &self.seen {
            *weights.entry(text).or_default() += count;
        }
        weights
    }

    fn by_frequency(&self) -> Vec<Value> {
        let mut values: Vec<_> = self.weights().into_iter().collect();
        values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        values.into_iter().filter_map(|(text, _)| serde_json::from_str(text).ok()).collect()
    }

    fn to_json(&self, what: &str, notes: &mut Vec<String>) -> Value {
        let mut weights = self.weights();
        if weights.len() > MOST_VALUES {
            let number = weights.len();
            notes
                .push(format!("there are {number} different {what}: the model has a sample of {MOST_VALUES}, by path"));
            weights = self.sample();
        }
        let mut values: Vec<_> = weights.into_iter().collect();
        values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let weighted = values.into_iter().map(|(text, count)| {
            let value: Value = serde_json::from_str(text).unwrap_or_default();
            json!({ "value": value, "weight": count })
        });
        weighted.collect()
    }

    /// Takes the value in the middle of each of [`MOST_VALUES`] equal parts. Values of a path are together, in an order that only
    /// their hashes give: each path, and each frequent value, has its share.
    fn sample(&self) -> BTreeMap<&str, u64> {
        let mut all: Vec<_> =
            self.seen.iter().map(|((path, text), count)| (*path, hashed(0, text), text, *count)).collect();
        all.sort_unstable();
        let total: u64 = all.iter().map(|(.., count)| count).sum();
        let parts = MOST_VALUES as u64;
        let middles = (0..parts).map(|part| (2 * part + 1) * total / (2 * parts));
        let (mut taken, mut before) = (BTreeMap::new(), 0);
        let mut values = all.into_iter().peekable();
        for middle in middles {
            while let Some((.., count)) = values.next_if(|(.., count)| before + count <= middle) {
                before += count;
            }
            if let Some((_, _, text, _)) = values.peek() {
                *taken.entry(text.as_str()).or_default() += 1;
            }
        }
        taken
    }
}
