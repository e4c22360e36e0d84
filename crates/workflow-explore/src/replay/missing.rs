//! An answer that is missing in the history.

use std::fmt;

use serde_json::{Value, json};

/// An answer that the replayed execution needs but the history does not have.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MissingAnswer {
    /// The state that calls the task.
    pub state: String,
    /// The number of the attempt, starting at 1.
    pub attempt: u64,
    /// The resource that the task calls: a service and its action, or an ARN.
    pub resource: String,
    /// The reason why the history has no answer.
    pub reason: MissingReason,
    /// The event of the history at which the answer is missing, if there is one.
    pub event: Option<u64>,
    /// The history file of the child of a map run that lacks the answer; `None` for the execution itself.
    pub file: Option<String>,
}

/// The reason why a history has no answer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MissingReason {
    /// The history does not call the task there.
    NotCalled,
    /// The history has fewer attempts.
    NoMoreAttempts {
        /// The number of recorded attempts.
        attempts: usize,
    },
    /// The history calls another resource.
    OtherResource {
        /// The recorded resource.
        recorded: String,
    },
    /// The recorded task timed out after this time, but the definition now waits longer.
    TimedOut {
        /// The time in seconds.
        seconds: f64,
    },
    /// The recorded task was stopped after this time without an answer.
    Stopped {
        /// The time in seconds.
        seconds: f64,
    },
    /// The task must now send heartbeats more often than the recorded task is known to have done.
    Heartbeats {
        /// The interval between two heartbeats in seconds.
        seconds: u64,
    },
    /// The history of the child execution of a map run is unknown.
    NoChild {
        /// The number of the item or batch.
        item: usize,
    },
    /// A map reads an unknown object.
    NoObject {
        /// The object, as BUCKET/KEY.
        object: String,
    },
}

impl MissingReason {
    /// Returns the name in machine-readable output.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NotCalled => "not called",
            Self::NoMoreAttempts { .. } => "no more attempts",
            Self::OtherResource { .. } => "other resource",
            Self::TimedOut { .. } => "timed out",
            Self::Stopped { .. } => "stopped",
            Self::Heartbeats { .. } => "heartbeats",
            Self::NoChild { .. } => "no child",
            Self::NoObject { .. } => "no object",
        }
    }
}

impl fmt::Display for MissingAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { state, attempt, resource, reason, .. } = self;
        match reason {
            MissingReason::NotCalled => {
                write!(f, "`{state}` calls {resource}, and the history has no call of `{state}` there")
            }
            MissingReason::NoMoreAttempts { attempts } => {
                let s = if *attempts == 1 { "" } else { "s" };
                write!(f, "`{state}` calls {resource} for attempt {attempt}, and the history has {attempts} attempt{s}")
            }
            MissingReason::OtherResource { recorded } => {
                write!(f, "`{state}` calls {resource}, and the history has an answer of {recorded}")
            }
            MissingReason::TimedOut { seconds } => {
                write!(f, "`{state}` waits longer than the recorded task, which timed out after {seconds} s")
            }
            MissingReason::Stopped { seconds } => {
                write!(f, "`{state}` waits longer than the recorded task, which was stopped after {seconds} s")
            }
            MissingReason::Heartbeats { seconds } => {
                write!(f, "`{state}` needs a heartbeat each {seconds} s, and the history does not show that they came")
            }
            MissingReason::NoChild { item } => {
                write!(
                    f,
                    "`{state}` calls {resource} for item {item}, and no history of a child execution has its input"
                )
            }
            MissingReason::NoObject { object } => {
                write!(f, "`{state}` reads items from the S3 object {object}, which is not there")
            }
        }
    }
}

impl MissingAnswer {
    pub(super) fn to_json(&self) -> Value {
        json!({
            "state": self.state,
            "attempt": self.attempt,
            "resource": self.resource,
            "reason": self.reason.name(),
            "event": self.event,
            "file": self.file,
            "message": self.to_string(),
        })
    }
}
