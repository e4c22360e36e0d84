//! Models of tasks in a simulation: their latencies, failures and outputs.

use std::collections::BTreeMap;

use serde_json::Value;
use workflow_asl::Diagnostic;
use workflow_asl::source::{Format, Location, Source};
use workflow_local::Payload;

use super::distribution::Distribution;
use super::draws::{Draws, drawn};
use super::read;

/// The latencies, failures and outputs of the tasks in a simulation. You can write a model in a file or as
/// JSON in Rust, or [learn](super::Learning) it from histories.
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
    pub(super) inputs: Weighted,
    pub(super) default: TaskModel,
    pub(super) states: BTreeMap<String, TaskModel>,
    pub(super) source: Option<Source>,
}

/// The model of a state's tasks, or of a map with an item reader.
#[derive(Clone, Debug, Default)]
pub(super) struct TaskModel {
    pub(super) latency: Option<Distribution>,
    pub(super) failures: Option<Vec<Failure>>,
    pub(super) outputs: Option<Weighted>,
    pub(super) items: Option<Items>,
}

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

#[derive(Clone, Debug, Default)]
pub(super) struct Weighted {
    pub(super) values: Vec<(f64, Payload)>,
}

impl Weighted {
    pub(super) fn push(&mut self, weight: f64, value: Value) {
        self.values.push((weight, value.into()));
    }

    pub(super) fn total(&self) -> f64 {
        self.values.iter().map(|(weight, _)| weight).sum()
    }

    /// Draws a value. Returns `None` if there is none.
    pub(super) fn draw(&self, draws: &Draws) -> Option<&Payload> {
        if let [(_, only)] = self.values.as_slice() {
            return Some(only);
        }
        let drawn = drawn(&self.values, |(weight, _)| *weight, draws.fraction() * self.total());
        drawn.or_else(|| self.values.iter().rfind(|(weight, _)| *weight > 0.0)).map(|(_, value)| value)
    }
}

/// All problems of a model.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the model is wrong:{}", problems.iter().map(shown).collect::<String>())]
#[non_exhaustive]
pub struct ModelError {
    /// The problems, in the order of the checks, with their places in the file; `None` for a model that is no file.
    pub problems: Vec<(Diagnostic, Option<Location>)>,
}

fn shown((found, location): &(Diagnostic, Option<Location>)) -> String {
    let place = match location {
        Some(location) => format!("line {}, column {}: ", location.line, location.column),
        None if found.pointer.as_str().is_empty() => String::new(),
        None => format!("{}: ", found.pointer.as_str()),
    };
    let help = found.help().map(|help| format!("\n  help: {help}")).unwrap_or_default();
    format!("\n{place}{}{help}", found.message())
}

impl Model {
    /// Reads a model. YAML needs the feature `yaml`.
    ///
    /// # Errors
    /// Returns an error if the file is not JSON or YAML, has an unknown member or distribution, an invalid probability,
    /// a sum of probabilities above 1, or a number below 0. The error lists all problems, each with its place.
    pub fn read(bytes: &[u8], format: Format) -> Result<Self, ModelError> {
        read::read(bytes, format)
    }

    /// Reads a model from JSON in memory, such as that of `json!`.
    ///
    /// # Errors
    /// See [`read`](Self::read). The places of problems are JSON Pointers.
    pub fn of(model: &Value) -> Result<Self, ModelError> {
        read::of(model).map_err(|problems| problems.located(None))
    }
}
