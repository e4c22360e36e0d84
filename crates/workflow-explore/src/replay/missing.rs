//! An answer that is missing in the history.

use std::fmt;

use serde::Serialize;

/// An answer that the replayed execution needs but the history does not have.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MissingAnswer {
    /// The state that calls the task.
    pub state: String,
    /// The number of the attempt, starting at 1.
    pub attempt: u64,
    /// The resource that the task calls: a service and its action, or an ARN.
    pub resource: String,
    /// Why the history has no answer: `not called`, `no more attempts`, `other resource`, `timed out`, `stopped`,
    /// `heartbeats`, `no child` or `no object`.
    pub reason: &'static str,
    /// The event of the history at which the answer is missing, if there is one.
    pub event: Option<u64>,
    /// The history file of the child of a map run that lacks the answer; `None` for the execution itself.
    pub file: Option<String>,
    /// The state and the reason, as a sentence.
    pub message: String,
}

impl fmt::Display for MissingAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl MissingAnswer {
    /// Sets why the answer of a call is missing.
    pub(super) fn of_call(&mut self, reason: &'static str, why: impl fmt::Display) {
        (self.reason, self.message) = (reason, format!("`{}` calls {}{why}", self.state, self.resource));
    }

    /// Sets why no answer is known after a time.
    pub(super) fn waits(&mut self, reason: &'static str, seconds: f64) {
        let was = if reason == "stopped" { "was stopped" } else { "timed out" };
        self.reason = reason;
        self.message = format!("`{}` waits longer than the recorded task, which {was} after {seconds} s", self.state);
    }
}
