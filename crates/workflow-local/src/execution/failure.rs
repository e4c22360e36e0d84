//! Failures of states, branches and executions.

use std::sync::Arc;

use workflow_asl::error_name::{
    DATA_LIMIT_EXCEEDED, EXCEED_TOLERATED_FAILURE_THRESHOLD, QUERY_EVALUATION_ERROR, RUNTIME, TIMEOUT,
};

use super::thread::Visit;
use crate::query::QueryFailure;
use crate::task::TaskError;

/// An error and its cause.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) error: Option<Arc<str>>,
    pub(crate) cause: Option<Arc<str>>,
    /// A timeout that `States.HeartbeatTimeout` matches too.
    pub(crate) missed_heartbeat: bool,
    /// Whether a catcher gets an empty cause if there is none. AWS always has text for a call, and may have none for a
    /// token, an activity or a fail state.
    pub(crate) cause_is_text: bool,
    /// The `EvaluationFailed` event to write before the failure takes effect.
    pub(crate) evaluation: Option<Evaluation>,
}

/// The field whose expression failed.
#[derive(Clone, Debug)]
pub(crate) struct Evaluation {
    pub(crate) location: Option<Arc<str>>,
}

impl Failure {
    pub(crate) fn new(error: &str, cause: Option<String>) -> Self {
        Self {
            error: Some(error.into()),
            cause: cause.map(Arc::from),
            missed_heartbeat: false,
            cause_is_text: false,
            evaluation: None,
        }
    }

    /// Creates a `States.Runtime` failure, with the prefix that names the state.
    pub(crate) fn runtime(visit: &Visit, text: &str) -> Self {
        Self::new(RUNTIME, Some(in_state(visit, text)))
    }

    pub(crate) fn too_large(whose: &str) -> Self {
        let cause = format!(
            "The state/task '{whose}' returned a result with a size exceeding the maximum number of bytes service limit."
        );
        Self::new(DATA_LIMIT_EXCEEDED, Some(cause))
    }

    /// Creates the failure of a distributed map with more failed items than it tolerates.
    pub(crate) fn threshold_exceeded() -> Self {
        let cause = "The specified tolerated failure threshold was exceeded";
        Self::new(EXCEED_TOLERATED_FAILURE_THRESHOLD, Some(cause.to_owned()))
    }

    pub(crate) fn timeout(missed_heartbeat: bool) -> Self {
        Self { missed_heartbeat, ..Self::new(TIMEOUT, None) }
    }

    pub(crate) fn query(visit: &Visit, failure: QueryFailure) -> Self {
        match failure {
            QueryFailure::Runtime(text) => Self::runtime(visit, &text),
            QueryFailure::Evaluation { location, text } => Self {
                evaluation: Some(Evaluation { location }),
                ..Self::new(QUERY_EVALUATION_ERROR, Some(in_state(visit, &text)))
            },
        }
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.error.as_deref()
    }

    pub(crate) fn is_runtime(&self) -> bool {
        self.error.as_deref() == Some(RUNTIME)
    }
}

impl From<TaskError> for Failure {
    fn from(error: TaskError) -> Self {
        Self {
            error: error.error.map(Arc::from),
            cause: error.cause.map(Arc::from),
            missed_heartbeat: false,
            cause_is_text: false,
            evaluation: None,
        }
    }
}

/// Returns the prefix of all causes that the interpreter itself produces. A state that is tested alone has no events,
/// and its causes have no prefix.
fn in_state(visit: &Visit, text: &str) -> String {
    if visit.entered == 0 {
        return text.to_owned();
    }
    format!(
        "An error occurred while executing the state '{}' (entered at the event id #{}). {text}",
        visit.name, visit.entered
    )
}
