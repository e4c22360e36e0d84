//! Learns a model from histories as AWS exports them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use workflow_asl::StateKind;
use workflow_asl::document::StateMachine;
use workflow_local::internal::InternalProgram;
use workflow_local::{Engine, Program};

use super::draws::mixed;
use crate::error::meant;
use crate::replay::{Fact, Recording, ReplayError};
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
/// use workflow_asl::source::Format;
/// use workflow_explore::replay::Recording;
/// use workflow_explore::simulate::{Learning, Model, Simulation};
/// use workflow_local::{Answers, Engine};
///
/// let engine = Engine::new(&json!({ "StartAt": "Charge", "States": { "Charge": {
///     "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "End": true } } }))?;
/// let answer = Answers::new().then(json!({ "paid": true })).after(std::time::Duration::from_millis(300));
/// let execution = engine.clone().on_state_answers("Charge", answer).run(&json!({ "total": 3 }))?;
///
/// let mut learning = Learning::new(&engine);
/// learning.add(&Recording::of(&execution)?)?;
/// let learnt = learning.finish();
/// assert_eq!(learnt.model["states"]["Charge"]["latency"], json!({ "samples": [0.3] }));
/// let model = Model::read(learnt.model.to_string().as_bytes(), Format::Json)?;
/// assert_eq!(Simulation::new(&engine, &model)?.executions(10).run()?.duration.p50, 0.3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Learning {
    /// The seed of the sample of values, if there are more than a model may have; 0 unless you set it.
    pub seed: u64,
    states: States,
    start: Option<String>,
    pub(crate) inputs: Values,
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

#[derive(Clone, Debug, Default)]
struct Seen {
    latencies: Vec<f64>,
    failures: BTreeMap<String, Vec<f64>>,
    outputs: Values,
}

/// Distinct values, each by the path of its execution, with the number of times that it was seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    seen: BTreeMap<(u64, String), u64>,
}

impl Learning {
    /// Creates a learner for the workflow that an engine runs.
    pub fn new(engine: &Engine) -> Self {
        let program: &Program = engine.program();
        let (machine, _) = StateMachine::read(program.definition());
        Self {
            seed: 0,
            states: States::of(&machine, program),
            start: machine.start_at.clone(),
            inputs: Values::default(),
            tasks: BTreeMap::new(),
            notes: Vec::new(),
            histories: 0,
            paths: BTreeMap::new(),
        }
    }

    /// Learns from a recorded execution and its children, or from a child of a distributed map.
    ///
    /// # Errors
    /// Returns an error if it is of another state machine.
    pub fn add(&mut self, recording: &Recording) -> Result<(), ReplayError> {
        let history = recording.history();
        let states: Vec<_> = history.visits.iter().map(|visit| visit.state.clone()).collect();
        if let Some(visit) = history.visits.iter().find(|visit| self.states.get(&visit.state).is_none()) {
            let known = self.states.all.keys().map(String::as_str);
            let problem = format!("it enters `{}`, which the definition does not have", visit.state);
            let help = meant(&visit.state, known, || "give histories of this state machine".to_owned());
            return Err(ReplayError::at(&recording.file, visit.entered, problem, help));
        }
        recording.children.iter().try_for_each(|child| self.add(child))?;
        let path = states.iter().fold(0, |path, state| hashed(path, state));
        let unknown = recording.unknown_events().map(|event| event.kind.clone()).collect::<BTreeSet<_>>();
        self.notes.extend(unknown.into_iter().map(|kind| format!("the event type `{kind}` is unknown")));
        for visit in &history.visits {
            for attempt in &visit.attempts {
                let outcome = attempt.ended.and_then(|ended| recording.fact(ended));
                let Some((outcome, (Some(begin), Some(end)))) = outcome.map(|outcome| (outcome, attempt.time)) else {
                    let state = &visit.state;
                    self.notes.push(format!("an attempt of `{state}` has no event that ends it: it is left out"));
                    continue;
                };
                #[expect(clippy::cast_precision_loss, reason = "milliseconds are far below 2^53")]
                let seconds = end.saturating_sub(begin).max(0) as f64 / 1000.0;
                let seen = self.tasks.entry(visit.state.clone()).or_default();
                match (&attempt.error, outcome) {
                    (Some(error), _) => seen.failures.entry(error.clone()).or_default().push(seconds),
                    (None, outcome) => {
                        if let Fact::Result(output) = outcome {
                            seen.outputs.add(output, path);
                        }
                        seen.latencies.push(seconds);
                    }
                }
            }
        }
        // The children of distributed maps start with another state and with an item.
        if states.first().is_some_and(|first| self.start.as_ref() == Some(first)) {
            self.inputs.add(recording.input(), path);
            *self.paths.entry(states).or_default() += 1;
        }
        self.histories += 1;
        Ok(())
    }

    /// Returns the tasks with the results that occurred, the most frequent first, and the errors.
    pub(crate) fn answers(&self) -> impl Iterator<Item = (&str, Vec<Value>, impl Iterator<Item = &String>)> {
        let tasks = self.tasks.iter();
        tasks.map(|(name, seen)| (name.as_str(), seen.outputs.by_frequency(), seen.failures.keys()))
    }

    /// Returns how many executions entered these states first, in this order.
    pub(crate) fn began_with(&self, path: &[&str]) -> u64 {
        let is_it = |states: &[String]| states.iter().take(path.len()).eq(path);
        self.paths.iter().filter(|(states, _)| is_it(states)).map(|(_, count)| count).sum()
    }

    /// Returns the number of executions, without children of distributed maps.
    pub(crate) fn executions(&self) -> u64 {
        self.paths.values().sum()
    }

    /// Returns the model.
    pub fn finish(mut self) -> Learnt {
        let mut model = json!({});
        if !self.inputs.seen.is_empty() {
            model["inputs"] = self.inputs.to_json("inputs", self.seed, &mut self.notes);
        }
        let (mut states, mut attempts) = (Map::new(), 0);
        for (name, seen) in std::mem::take(&mut self.tasks) {
            attempts += seen.attempts();
            states.insert(name.clone(), seen.to_json(&name, self.seed, &mut self.notes));
        }
        for (name, facts) in &self.states.all {
            if facts.kind == StateKind::Task && !states.contains_key(name) {
                self.notes.push(format!("no history has an attempt of the task `{name}`: give it a model yourself"));
            }
        }
        model["states"] = states.into();
        self.notes.sort();
        self.notes.dedup();
        Learnt { model, histories: self.histories, attempts, notes: self.notes }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
impl Seen {
    fn attempts(&self) -> u64 {
        let failed: usize = self.failures.values().map(Vec::len).sum();
        (self.latencies.len() + failed) as u64
    }

    fn to_json(&self, name: &str, seed: u64, notes: &mut Vec<String>) -> Value {
        let attempts = self.attempts() as f64;
        // For a task that never succeeded, use the latencies of its failures.
        let latencies = match self.latencies.as_slice() {
            [] => self.failures.values().flatten().copied().collect(),
            latencies => latencies.to_vec(),
        };
        let mut model = json!({ "latency": samples(latencies) });
        if !self.failures.is_empty() {
            let failures = self.failures.iter().map(|(error, latencies)| {
                let probability = latencies.len() as f64 / attempts;
                (error.clone(), json!({ "probability": probability, "latency": samples(latencies.clone()) }))
            });
            model["failures"] = Value::Object(failures.collect());
        }
        if !self.outputs.seen.is_empty() {
            model["outputs"] = self.outputs.to_json(&format!("outputs of `{name}`"), seed, notes);
        }
        model
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

fn hashed(hash: u64, text: &str) -> u64 {
    text.bytes().map(u64::from).fold(mixed(hash, 0), mixed)
}

fn most_first(counts: BTreeMap<&str, u64>) -> impl Iterator<Item = (&str, u64)> {
    let mut values: Vec<_> = counts.into_iter().collect();
    values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    values.into_iter()
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

    pub(crate) fn by_frequency(&self) -> Vec<Value> {
        most_first(self.weights()).filter_map(|(text, _)| serde_json::from_str(text).ok()).collect()
    }

    fn to_json(&self, what: &str, seed: u64, notes: &mut Vec<String>) -> Value {
        let mut weights = self.weights();
        if weights.len() > MOST_VALUES {
            let number = weights.len();
            notes
                .push(format!("there are {number} different {what}: the model has a sample of {MOST_VALUES}, by path"));
            weights = self.sample(seed);
        }
        let weighted = most_first(weights).map(|(text, count)| {
            let value: Value = serde_json::from_str(text).unwrap_or_default();
            json!({ "value": value, "weight": count })
        });
        weighted.collect()
    }

    /// Takes the value in the middle of each of [`MOST_VALUES`] equal parts. Values of a path are together, in an order that only
    /// their hashes give: each path, and each frequent value, has its share.
    fn sample(&self, seed: u64) -> BTreeMap<&str, u64> {
        let mut all: Vec<_> =
            self.seen.iter().map(|((path, text), count)| (*path, hashed(seed, text), text, *count)).collect();
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
