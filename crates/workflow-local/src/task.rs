//! Task requests, and their answers.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use workflow_runtime::TaskFailure;

use crate::clock::Instant;
use crate::payload::Payload;

/// Identifies one attempt of one task in its execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub(crate) u64);

impl TaskId {
    /// Creates the id with this number.
    pub const fn of_number(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number, which is unique among all attempts of tasks in the execution.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// A task that waits for an answer: the call of the state's resource.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TaskRequest {
    /// Identifies this attempt.
    pub id: TaskId,
    /// The state's name.
    pub state: Arc<str>,
    /// The state's `Resource`, an ARN.
    pub resource: Arc<str>,
    /// The request: the state's input after `Parameters` or `Arguments`.
    pub input: Payload,
    /// The number of earlier attempts in this visit of the state.
    pub attempt: u64,
    /// The number of earlier tasks of this state in this execution, retries included.
    pub nth: u64,
    /// The task's number among all tasks of the execution, starting at 1.
    pub number: u64,
    /// The time of scheduling, by the execution's clock.
    pub scheduled_at: Instant,
    /// The index of the innermost map iteration that contains the state.
    pub iteration: Option<usize>,
    /// The task token, for callbacks, jobs and activities.
    pub token: Option<Arc<str>>,
    /// Whether a worker must take it first (an activity).
    pub is_activity: bool,
}

/// The failure of a task: an error name, which retriers and catchers match, and a cause for people.
///
/// ```
/// use workflow_local::TaskError;
/// let error = TaskError::new("OrderNotFound").with_cause("no order 17");
/// assert_eq!(error.to_string(), "OrderNotFound: no order 17");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskError {
    /// The error name; a callback may fail without one.
    pub error: Option<Cow<'static, str>>,
    /// The cause.
    pub cause: Option<String>,
}

impl TaskError {
    /// Creates a failure with this error name.
    pub fn new(error: impl Into<Cow<'static, str>>) -> Self {
        Self { error: Some(error.into()), cause: None }
    }

    /// Creates a failure without an error name, as `SendTaskFailure` allows.
    pub fn unnamed() -> Self {
        Self { error: None, cause: None }
    }

    /// Sets the cause.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.error.as_deref().unwrap_or("(no error name)"))?;
        match &self.cause {
            Some(cause) => write!(f, ": {cause}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for TaskError {}

/// Converts a worker's failure, so that the same function works on AWS and in a test.
impl From<TaskFailure> for TaskError {
    fn from(failure: TaskFailure) -> Self {
        let error = Self::new(failure.error().to_owned());
        match failure.cause() {
            Some(cause) => error.with_cause(cause),
            None => error,
        }
    }
}
