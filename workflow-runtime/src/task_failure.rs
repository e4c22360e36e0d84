//! The failure of a task's work.

use std::error::Error;
use std::fmt;

use crate::Sensitive;

/// The failure of a task's work: an error name, which retriers and catchers match, and a cause for people.
///
/// `?` converts every error, with the name [`TaskFailure::FAILED`] and the error's text as its cause. Give failures
/// that the workflow handles their own names:
///
/// ```
/// use workflow_runtime::TaskFailure;
///
/// fn charge(card: &str, cents: &str) -> Result<u32, TaskFailure> {
///     if card.is_empty() {
///         return Err(TaskFailure::new("CardRefused").with_cause("there is no card"));
///     }
///     Ok(cents.parse()?)
/// }
///
/// assert_eq!(charge("", "12").unwrap_err().error(), "CardRefused");
/// assert_eq!(charge("visa", "x").unwrap_err().error(), TaskFailure::FAILED);
/// ```
///
/// `Debug` and `Display` omit the cause, because it may be secret.
#[derive(Clone, PartialEq, Eq)]
pub struct TaskFailure {
    error: String,
    cause: Option<Sensitive>,
}

impl TaskFailure {
    /// The name of an error without a name of its own.
    pub const FAILED: &'static str = "Worker.Failed";
    /// The task's input does not match the type that the work takes.
    pub const INVALID_INPUT: &'static str = "Worker.InvalidInput";
    /// The result cannot be sent: it cannot be serialized as JSON, or it is longer than 262,144 bytes.
    pub const INVALID_OUTPUT: &'static str = "Worker.InvalidOutput";
    /// The work panicked.
    pub const PANICKED: &'static str = "Worker.Panicked";
    /// The worker shut down before the work was done. A retrier can pass the task to another worker.
    pub const SHUT_DOWN: &'static str = "Worker.ShutDown";

    /// Creates a failure with this error name, of at most 256 characters.
    pub fn new(error: impl Into<String>) -> Self {
        Self { error: error.into(), cause: None }
    }

    /// Adds the cause. Only the first 32,768 characters are sent.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(Sensitive::from(cause.into()));
        self
    }

    /// Returns the error's name.
    pub fn error(&self) -> &str {
        &self.error
    }

    /// Returns the cause, if any.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }
}

impl<E: Error> From<E> for TaskFailure {
    fn from(error: E) -> Self {
        let mut cause = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            cause.push_str(": ");
            cause.push_str(&error.to_string());
            source = error.source();
        }
        Self::new(Self::FAILED).with_cause(cause)
    }
}

impl fmt::Display for TaskFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.error)
    }
}

impl fmt::Debug for TaskFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskFailure").field("error", &self.error).field("cause", &self.cause).finish()
    }
}
