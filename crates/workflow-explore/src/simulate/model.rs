//! Models of tasks in a simulation: their latencies, failures and outputs.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;
use workflow_asl::Pointer;
use workflow_asl::source::{Format, Location, Source};
use workflow_local::Payload;

use super::distribution::Distribution;
use super::draws::Draws;
use super::read;

/// The latencies, failures and outputs of the tasks in a simulation. You can write a model in a file, create it in
/// Rust, or [learn](super::Learning) it from histories.
///
/// ```
/// use workflow_explore::simulate::Model;
/// use workflow_asl::source::Format;
///
/// let model = Model::read(br#"{
///     "input": { "total": 10 },
///     "default": { "latency": "200ms", "output": {} },
///     "states": {
///         "Charge": {
///             "latency": { "p50": "120ms", "p90": "300ms", "p99": "2s" },
///             "failures": { "Busy": 0.02 },
///             "outputs": [{ "value": { "paid": true }, "weight": 9 }, { "value": { "paid": false } }]
///         }
///     }
/// }"#, Format::Json)?;
/// # let _ = model;
/// let error = Model::read(br#"{ "default": { "failures": { "Busy": 1.5 } } }"#, Format::Json).unwrap_err();
/// assert!(error.to_string().contains("line 1, column 38: expected a probability from 0 to 1, found 1.5"), "{error}");
/// # Ok::<(), workflow_explore::simulate::ModelError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The inputs of executions.
    pub(super) inputs: Weighted,
    /// The defaults for tasks.
    pub(super) default: TaskModel,
    pub(super) states: BTreeMap<String, TaskModel>,
    /// The file of the model.
    pub(super) source: Option<Source>,
}

/// The model of a state's tasks, or of a map with an item reader.
///
/// ```
/// use serde_json::json;
/// use workflow_explore::simulate::{Distribution, TaskModel};
///
/// let task = TaskModel::new().latency(Distribution::exponential(0.2)?).fails("Busy", 0.02).gives(json!({ "paid": true }));
/// # let _ = task;
/// # Ok::<(), workflow_explore::simulate::DistributionError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct TaskModel {
    pub(super) latency: Option<Distribution>,
    pub(super) failures: Option<Vec<Failure>>,
    pub(super) outputs: Option<Weighted>,
    pub(super) items: Option<Items>,
}

/// A way in which a task fails.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) error: String,
    pub(super) probability: f64,
    /// The latency of the failure, if it differs from the latency of the task.
    pub(super) latency: Option<Distribution>,
}

/// The items that the item reader of a map returns.
#[derive(Clone, Debug)]
pub(super) enum Items {
    These(Vec<Value>),
    /// This number of copies of a value.
    Count(Distribution, Value),
}

/// Values with their weights.
#[derive(Clone, Debug, Default)]
pub(super) struct Weighted {
    values: Vec<(f64, Payload)>,
}

impl Weighted {
    pub(super) fn push(&mut self, weight: f64, value: Value) {
        self.values.push((weight, value.into()));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Payload> {
        self.values.iter().map(|(_, value)| value)
    }

    pub(super) fn total(&self) -> f64 {
        self.values.iter().map(|(weight, _)| weight).sum()
    }

    /// Draws a value. Returns `None` if there is none.
    pub(super) fn draw(&self, draws: &Draws) -> Option<&Payload> {
        if let [(_, only)] = self.values.as_slice() {
            return Some(only);
        }
        let mut rest = draws.fraction() * self.total();
        let drawn = self.values.iter().find(|(weight, _)| {
            rest -= weight;
            rest < 0.0
        });
        drawn.or_else(|| self.values.iter().rfind(|(weight, _)| *weight > 0.0)).map(|(_, value)| value)
    }
}

impl TaskModel {
    /// Creates an empty model of a task. Anything that you do not set comes from the model's default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the latency of an attempt, in seconds, whether it succeeds or fails.
    #[must_use]
    pub fn latency(mut self, seconds: Distribution) -> Self {
        self.latency = Some(seconds);
        self
    }

    /// Sets the share of attempts that fail with an error. With `States.Timeout` and `States.HeartbeatTimeout`, tasks
    /// are not answered; their states must have the timeout.
    #[must_use]
    pub fn fails(mut self, error: impl Into<String>, probability: f64) -> Self {
        let failure = Failure { error: error.into(), probability, latency: None };
        self.failures.get_or_insert_default().push(failure);
        self
    }

    /// Makes every attempt succeed, whatever the model's default is.
    #[must_use]
    pub fn never_fails(mut self) -> Self {
        self.failures = Some(Vec::new());
        self
    }

    /// Adds an output of successful attempts: the resource's result. Several outputs are equally likely.
    #[must_use]
    pub fn gives(self, output: Value) -> Self {
        self.gives_weighted(1.0, output)
    }

    /// Adds an output with a weight. See [`gives`](Self::gives), whose outputs have the weight 1.
    #[must_use]
    pub fn gives_weighted(mut self, weight: f64, output: Value) -> Self {
        self.outputs.get_or_insert_default().push(weight, output);
        self
    }

    /// Sets the items that the map's item reader returns.
    #[must_use]
    pub fn items(mut self, items: impl IntoIterator<Item = Value>) -> Self {
        self.items = Some(Items::These(items.into_iter().collect()));
        self
    }

    /// Sets the number of items that the map's item reader returns, and the value of each.
    #[must_use]
    pub fn item_count(mut self, count: Distribution, item: Value) -> Self {
        self.items = Some(Items::Count(count, item));
        self
    }
}

/// A problem of a model and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelProblem {
    /// The place in the model, as a JSON Pointer.
    pub pointer: Pointer,
    /// The location in the file; `None` for a model that was created in Rust.
    pub location: Option<Location>,
    /// The problem.
    pub message: String,
    /// How to fix the problem, if that is known.
    pub help: Option<String>,
}

/// All problems of a model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the model is wrong:{}", problems.iter().map(|problem| format!("\n{problem}")).collect::<String>())]
pub struct ModelError {
    problems: Vec<ModelProblem>,
}

impl ModelError {
    pub(super) fn new(problems: Vec<ModelProblem>) -> Self {
        Self { problems }
    }

    /// Returns the problems, in the order of the checks.
    pub fn problems(&self) -> &[ModelProblem] {
        &self.problems
    }
}

impl fmt::Display for ModelProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.location {
            Some(location) => write!(f, "line {}, column {}: ", location.line, location.column)?,
            None if self.pointer.as_str().is_empty() => {}
            None => write!(f, "{}: ", self.pointer.as_str())?,
        }
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

impl Model {
    /// Creates an empty model.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a model. YAML needs the feature `yaml`.
    ///
    /// # Errors
    /// Returns an error if the file is not JSON or YAML, has an unknown member or distribution, an invalid probability,
    /// a sum of probabilities above 1, or a number below 0. The error lists all problems, each with its place.
    pub fn read(bytes: &[u8], format: Format) -> Result<Self, ModelError> {
        read::read(bytes, format)
    }

    /// Adds an input of executions. Several inputs are equally likely. The default is `{}`.
    #[must_use]
    pub fn input(self, input: Value) -> Self {
        self.input_weighted(1.0, input)
    }

    /// Adds an input with a weight. See [`input`](Self::input), whose inputs have the weight 1.
    #[must_use]
    pub fn input_weighted(mut self, weight: f64, input: Value) -> Self {
        self.inputs.push(weight, input);
        self
    }

    /// Sets the defaults for tasks. Latency, failures and output each have their own default.
    #[must_use]
    pub fn default_task(mut self, task: TaskModel) -> Self {
        self.default = task;
        self
    }

    /// Sets the model of a state's tasks, or of a map with an item reader.
    #[must_use]
    pub fn state(mut self, state: impl Into<String>, task: TaskModel) -> Self {
        self.states.insert(state.into(), task);
        self
    }
}
