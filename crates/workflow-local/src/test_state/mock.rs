//! Mocks of a tested state's work: a result or an error, and the mocks that the service accepts.

use serde::Serialize;
use serde_json::Value;
use workflow_asl::document::StateKind;

use super::error::TestStateError;
use super::mock_model;
use crate::payload::Payload;
use crate::program::resource::ResourceKind;
use crate::program::{StateProgram, Work};
use crate::task::TaskError;

/// The strictness of the check of a mocked result.
///
/// Unless the mode is `None`, the result of a service must be an object that matches the called API's model: the types
/// of its fields and their known values. The service also checks lengths and ranges, which this engine does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldValidation {
    /// All required fields must exist, and all existing fields must match.
    #[default]
    Strict,
    /// Existing fields must match.
    Present,
    /// No check.
    None,
}

/// A mock for the work of a task, map or parallel state.
///
/// ```
/// use serde_json::json;
/// use workflow_local::TaskError;
/// use workflow_local::test_state::Mock;
///
/// let paid = Mock::result(&json!({ "Payload": { "paid": true } }))?;
/// let busy = Mock::error(TaskError::new("Busy").with_cause("try later"));
/// # let _ = (paid, busy);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Mock {
    /// The result as JSON text, as in the API.
    pub result: Option<String>,
    /// The error with which the work fails, instead of a result.
    pub error_output: Option<TaskError>,
    /// The strictness of the result's check.
    pub field_validation: FieldValidation,
}

impl Mock {
    /// Creates a mock with a result: for a map, the array of all iterations' outputs; for a parallel, the array of all
    /// branches' outputs.
    ///
    /// # Errors
    /// Returns an error if the result cannot be serialized as JSON.
    pub fn result(result: &impl Serialize) -> Result<Self, serde_json::Error> {
        Ok(Self::result_text(serde_json::to_string(result)?))
    }

    /// Creates a mock with a result as JSON text, which is checked when the state is tested.
    pub fn result_text(result: impl Into<String>) -> Self {
        Self { result: Some(result.into()), ..Self::default() }
    }

    /// Creates a mock with an error.
    pub fn error(error: TaskError) -> Self {
        Self { error_output: Some(error), ..Self::default() }
    }

    /// Sets the strictness of the result's check.
    #[must_use]
    pub fn field_validation(mut self, mode: FieldValidation) -> Self {
        self.field_validation = mode;
        self
    }

    /// Returns the mock's answer, if the service accepts it for the state.
    pub(super) fn answer(
        &self,
        state: &StateProgram,
        kind: StateKind,
    ) -> Result<Result<Payload, TaskError>, TestStateError> {
        if !matches!(kind, StateKind::Task | StateKind::Map | StateKind::Parallel) {
            let message = format!("State type '{}' is not supported when a mock is specified", kind.name());
            return Err(TestStateError::validation(message));
        }
        let text = match (&self.result, &self.error_output) {
            (Some(text), None) => text,
            (None, Some(error)) => return Ok(Err(error.clone())),
            _ => {
                let message = "A test mock should have only one of the following fields: [result, errorOutput].";
                return Err(TestStateError::validation(message));
            }
        };
        let result: Value =
            serde_json::from_str(text).map_err(|_| TestStateError::validation("Mocked result must be valid JSON"))?;
        match &state.work {
            Work::Parallel { branches } => match result.as_array() {
                None => return Err(TestStateError::validation("Mocked result must be an array.")),
                Some(results) if results.len() != branches.len() => {
                    let message = "Mocked result must contain the same number of items as number of Parallel branches.";
                    return Err(TestStateError::validation(message));
                }
                Some(_) => {}
            },
            Work::Map(map) => {
                // A result exported to S3 leaves an object with its location.
                let writer = map.distributed.as_ref().and_then(|distributed| distributed.writer.as_ref());
                let exports = writer.is_some_and(|writer| writer.arguments.is_some());
                if exports && !result.is_object() {
                    return Err(TestStateError::validation("Mocked result must be a JSON object."));
                }
                if !exports && !result.is_array() {
                    return Err(TestStateError::validation("Mocked result must be an array."));
                }
            }
            Work::Task(task) => {
                let is_service = matches!(task.resource.kind, ResourceKind::Service { .. });
                if is_service && !result.is_object() && self.field_validation != FieldValidation::None {
                    return Err(TestStateError::validation("Mocked result must be a JSON object."));
                }
                if let Some(message) = mock_model::mismatch(&task.resource.arn, &result, self.field_validation) {
                    return Err(TestStateError::validation(message));
                }
            }
            _ => {}
        }
        Ok(Ok(Payload::new(result)))
    }
}
