//! What a task asks for, and how it may be answered.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use workflow_runtime::TaskFailure;

use crate::clock::Instant;
use crate::payload::Payload;

/// Names one attempt of one task within its execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub(crate) u64);

impl TaskId {
    /// The task that has this number.
    pub const fn of_number(number: u64) -> Self {
        Self(number)
    }

    /// Returns a number that no other attempt of a task of the execution has.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// A task that waits for an answer: what the state's resource is called with.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TaskRequest {
    /// Names this attempt when it is answered.
    pub id: TaskId,
    /// The state's name.
    pub state: Arc<str>,
    /// The state's `Resource`, an ARN.
    pub resource: Arc<str>,
    /// The request: the state's input after `Parameters` or `Arguments`.
    pub input: Payload,
    /// How often this visit of the state was tried before; 0 for the first attempt.
    pub attempt: u64,
    /// How many tasks of this state were scheduled before in this execution, retries included.
    pub nth: u64,
    /// The task's number among all tasks of the execution, from 1.
    pub number: u64,
    /// When it was scheduled, by the execution's clock.
    pub scheduled_at: Instant,
    /// The number of the innermost map iteration that the state is in.
    pub iteration: Option<usize>,
    /// The task token, for callbacks, jobs and activities.
    pub token: Option<Arc<str>>,
    /// Whether a worker has to take it first (an activity).
    pub is_activity: bool,
}

/// Why a task failed: an error's name, which retriers and catchers match, and a cause for people.
///
/// ```
/// use workflow_local::TaskError;
/// let error = TaskError::new("OrderNotFound").with_cause("no order 17");
/// assert_eq!(error.to_string(), "OrderNotFound: no order 17");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskError {
    /// The error's name; a callback may fail without one.
    pub error: Option<Cow<'static, str>>,
    /// The cause.
    pub cause: Option<String>,
}

impl TaskError {
    /// A failure with this error name.
    pub fn new(error: impl Into<Cow<'static, str>>) -> Self {
        Self { error: Some(error.into()), cause: None }
    }

    /// A failure without an error name, as `SendTaskFailure` allows.
    pub fn unnamed() -> Self {
        Self { error: None, cause: None }
    }

    /// Adds the cause.
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

/// What a worker says of a task that failed, so that the same function works on AWS and in a test.
impl From<TaskFailure> for TaskError {
    fn from(failure: TaskFailure) -> Self {
        let error = Self::new(failure.error().to_owned());
        match failure.cause() {
            Some(cause) => error.with_cause(cause),
            None => error,
        }
    }
}
