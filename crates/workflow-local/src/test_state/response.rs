//! The result of testing a state, and its intermediate values.

use serde_json::{Map, Value, json};

use super::whole;
use crate::payload::Payload;

/// How the state ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TestStateStatus {
    /// It succeeded.
    Succeeded,
    /// It failed, and nothing handles the error.
    Failed,
    /// It failed, and a retrier would retry it.
    Retriable,
    /// It failed, and a catcher handles the error.
    CaughtError,
}

impl TestStateStatus {
    /// Returns the status in the API, such as `CAUGHT_ERROR`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::Retriable => "RETRIABLE",
            Self::CaughtError => "CAUGHT_ERROR",
        }
    }
}

/// The result of testing a state.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TestStateResult {
    /// The status.
    pub status: TestStateStatus,
    /// The state's output; for a caught error, the input of the next state.
    pub output: Option<Payload>,
    /// The error's name.
    pub error: Option<String>,
    /// The error's cause.
    pub cause: Option<String>,
    /// The next state.
    pub next_state: Option<String>,
    /// The intermediate values, which the API returns at the levels `DEBUG` and `TRACE`.
    pub inspection: Inspection,
}

/// The values of the state's input and result between its fields, and how its error was handled. A member is `None` if
/// the state has no such step.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionData.html>
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Inspection {
    /// The unprocessed input.
    pub input: Payload,
    /// After `InputPath`.
    pub after_input_path: Option<Payload>,
    /// After `Parameters`.
    pub after_parameters: Option<Payload>,
    /// After `Arguments`.
    pub after_arguments: Option<Payload>,
    /// A map's items after `ItemsPointer`.
    pub after_items_pointer: Option<Payload>,
    /// A map's items after `ItemsPath`.
    pub after_items_path: Option<Payload>,
    /// The inputs of a map's iterations, after `ItemSelector`.
    pub after_item_selector: Option<Payload>,
    /// The inputs of a map's children, after `ItemBatcher`.
    pub after_item_batcher: Option<Payload>,
    /// The result of a task, or a pass state's `Result`.
    pub result: Option<Payload>,
    /// The result after `ResultSelector`.
    pub after_result_selector: Option<Payload>,
    /// The input with the result in it, after `ResultPath`.
    pub after_result_path: Option<Payload>,
    /// The variables after the state.
    pub variables: Option<Payload>,
    /// A map's `MaxConcurrency`; 0 for no limit.
    pub max_concurrency: Option<u64>,
    /// A map's `ToleratedFailureCount`.
    pub tolerated_failure_count: Option<u64>,
    /// A map's `ToleratedFailurePercentage`.
    pub tolerated_failure_percentage: Option<f64>,
    /// How an error was handled.
    pub error_details: Option<ErrorDetails>,
}

/// The retrier and catcher that match an error.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ErrorDetails {
    /// The index of the matching catcher.
    pub catch_index: Option<usize>,
    /// The index of the matching retrier.
    pub retry_index: Option<usize>,
    /// Seconds before the retry, if there is one.
    pub retry_backoff_interval_seconds: Option<f64>,
}

impl TestStateResult {
    /// Returns the response of `TestState`: payloads as JSON text, and `inspectionData` unless the level is `INFO`.
    pub fn to_api_json(&self, level: InspectionLevel) -> Value {
        let mut answer = Map::new();
        let mut text = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                answer.insert(name.to_owned(), Value::String(value));
            }
        };
        text("output", self.output.as_ref().map(ToString::to_string));
        text("error", self.error.clone());
        text("cause", self.cause.clone());
        text("nextState", self.next_state.clone());
        text("status", Some(self.status.name().to_owned()));
        if level != InspectionLevel::Info {
            answer.insert("inspectionData".to_owned(), Value::Object(self.inspection.to_api_json()));
        }
        Value::Object(answer)
    }
}

impl Inspection {
    /// Returns the payloads by their names in the API.
    fn payloads(&self) -> [(&'static str, Option<&Payload>); 12] {
        [
            ("input", Some(&self.input)),
            ("afterInputPath", self.after_input_path.as_ref()),
            ("afterParameters", self.after_parameters.as_ref()),
            ("afterArguments", self.after_arguments.as_ref()),
            ("afterItemsPointer", self.after_items_pointer.as_ref()),
            ("afterItemsPath", self.after_items_path.as_ref()),
            ("afterItemSelector", self.after_item_selector.as_ref()),
            ("afterItemBatcher", self.after_item_batcher.as_ref()),
            ("result", self.result.as_ref()),
            ("afterResultSelector", self.after_result_selector.as_ref()),
            ("afterResultPath", self.after_result_path.as_ref()),
            ("variables", self.variables.as_ref()),
        ]
    }

    fn to_api_json(&self) -> Map<String, Value> {
        let payloads = self.payloads().into_iter();
        let mut data: Map<String, Value> =
            payloads.filter_map(|(name, value)| Some((name.to_owned(), json!(value?.to_string())))).collect();
        let mut add = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                data.insert(name.to_owned(), value);
            }
        };
        add("maxConcurrency", self.max_concurrency.map(Value::from));
        add("toleratedFailureCount", self.tolerated_failure_count.map(Value::from));
        add("toleratedFailurePercentage", self.tolerated_failure_percentage.map(Value::from));
        add(
            "errorDetails",
            self.error_details.map(|details| {
                let members = [
                    ("catchIndex", details.catch_index.map(Value::from)),
                    ("retryIndex", details.retry_index.map(Value::from)),
                    ("retryBackoffIntervalSeconds", details.retry_backoff_interval_seconds.map(whole).map(Value::from)),
                ];
                let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
                Value::Object(members.collect())
            }),
        );
        data
    }
}

/// The inspection level of `TestState`. The engine always records everything; the level affects
/// [`TestStateResult::to_api_json`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum InspectionLevel {
    /// Only the outcome.
    #[default]
    Info,
    /// Also the intermediate values.
    Debug,
    /// Like `Debug`. On AWS also the raw request and response of an HTTP task, which this engine does not call.
    Trace,
}
