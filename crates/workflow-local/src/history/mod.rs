//! The history of an execution: typed events, in AWS's order.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html>

mod api;
mod assigned;
mod compaction;
mod event_type;
mod table;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

pub use assigned::Assigned;
pub(crate) use compaction::{Compaction, SharedText};
pub use event_type::EventType;
pub use table::HistoryTable;

use crate::clock::Instant;
use crate::payload::Payload;

/// An event of an execution's history.
#[cfg_attr(feature = "snapshot", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct HistoryEvent {
    /// The id: 1 for the first event, without gaps.
    pub id: u64,
    /// The id of the previous event on the same branch; 0 for the first events.
    pub previous_id: u64,
    /// The timestamp.
    pub timestamp: Instant,
    /// The type.
    pub kind: EventType,
    /// The details of the type.
    pub details: Details,
}

/// The events of a history. A copy has room for more: the copies that explorations make continue.
#[derive(Default)]
pub(crate) struct Events(Vec<HistoryEvent>);

/// The number of events for which a copy has room.
const ROOM: usize = 8;

impl Clone for Events {
    fn clone(&self) -> Self {
        let mut events = Vec::with_capacity(self.len() + ROOM);
        events.extend_from_slice(self);
        Self(events)
    }
}

impl Deref for Events {
    type Target = Vec<HistoryEvent>;

    fn deref(&self) -> &Vec<HistoryEvent> {
        &self.0
    }
}

impl DerefMut for Events {
    fn deref_mut(&mut self) -> &mut Vec<HistoryEvent> {
        &mut self.0
    }
}

/// The details of an event. The API reference of `HistoryEvent` says which type has which details, and which fields the
/// API omits when absent.
#[cfg_attr(feature = "snapshot", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Details {
    /// No details.
    None,
    /// `ExecutionStarted`
    ExecutionStarted {
        /// The execution's input.
        input: Payload,
        /// The execution's role.
        role_arn: Arc<str>,
    },
    /// `ExecutionSucceeded`, `LambdaFunctionSucceeded`, `ActivitySucceeded`
    Output {
        /// The output.
        output: Payload,
    },
    /// Failures, aborts and timeouts of executions, Lambda functions, activities and map runs.
    Failure {
        /// The error's name.
        error: Option<Arc<str>>,
        /// The cause, a message for people.
        cause: Option<Arc<str>>,
    },
    /// `…StateEntered`
    StateEntered {
        /// The state's name.
        name: Arc<str>,
        /// The input, before `InputPath`.
        input: Payload,
    },
    /// `…StateExited`
    StateExited {
        /// The state's name.
        name: Arc<str>,
        /// Its output.
        output: Payload,
        /// The assigned variables.
        assigned: Option<Assigned>,
    },
    /// `TaskScheduled`
    TaskScheduled {
        /// The service, such as `lambda` or `aws-sdk:s3`.
        resource_type: Arc<str>,
        /// The action with its pattern, such as `sendMessage.waitForTaskToken`.
        resource: Arc<str>,
        /// The request.
        parameters: Payload,
        /// The time limit of the task in seconds, if any.
        timeout_seconds: Option<u64>,
        /// The heartbeat interval in seconds, if any.
        heartbeat_seconds: Option<u64>,
        /// The role that the task assumes, if the state has `Credentials`.
        role_arn: Option<Arc<str>>,
    },
    /// `TaskStarted`
    Task {
        /// The service.
        resource_type: Arc<str>,
        /// The action with its pattern.
        resource: Arc<str>,
    },
    /// `TaskSubmitted`, `TaskSucceeded`
    TaskOutput {
        /// The service.
        resource_type: Arc<str>,
        /// The action with its pattern.
        resource: Arc<str>,
        /// The service's response.
        output: Payload,
    },
    /// `TaskFailed`, `TaskTimedOut`, `TaskStartFailed`, `TaskSubmitFailed`
    TaskFailure {
        /// The service.
        resource_type: Arc<str>,
        /// The action with its pattern.
        resource: Arc<str>,
        /// The error's name.
        error: Option<Arc<str>>,
        /// The cause, a message for people.
        cause: Option<Arc<str>>,
    },
    /// `LambdaFunctionScheduled`, `ActivityScheduled`
    WorkScheduled {
        /// The ARN of the function or activity.
        resource: Arc<str>,
        /// The input.
        input: Payload,
        /// The time limit of the task in seconds, if any.
        timeout_seconds: Option<u64>,
        /// The heartbeat interval in seconds, if any (activities only).
        heartbeat_seconds: Option<u64>,
        /// The role that the task assumes, if the state has `Credentials`.
        role_arn: Option<Arc<str>>,
    },
    /// `ActivityStarted`
    ActivityStarted {
        /// The name of the worker that took the task, if it gave one.
        worker_name: Option<Arc<str>>,
    },
    /// `MapStateStarted`
    MapStateStarted {
        /// The number of items; 0 if an item reader reads them.
        length: usize,
    },
    /// `MapIteration…`
    MapIteration {
        /// The map state's name.
        name: Arc<str>,
        /// The index of the item.
        index: usize,
    },
    /// `MapRunStarted`
    MapRunStarted {
        /// The ARN of the map run.
        map_run_arn: Arc<str>,
    },
    /// `ExecutionRedriven`
    ExecutionRedriven {
        /// How often the execution was redriven, including this time.
        redrive_count: u64,
    },
    /// `MapRunRedriven`
    MapRunRedriven {
        /// The ARN of the map run.
        map_run_arn: Arc<str>,
        /// How often the map run was redriven, including this time.
        redrive_count: u64,
    },
    /// `EvaluationFailed`
    EvaluationFailed {
        /// The error's name.
        error: Arc<str>,
        /// The cause, a message for people.
        cause: Arc<str>,
        /// The field whose expression failed; absent if the state's input is the reason.
        location: Option<Arc<str>>,
        /// The state's name.
        state: Arc<str>,
    },
}

impl Details {
    /// Returns the name of the state, for events that have one.
    pub fn state_name(&self) -> Option<&str> {
        match self {
            Self::StateEntered { name, .. } | Self::StateExited { name, .. } | Self::MapIteration { name, .. } => {
                Some(name)
            }
            Self::EvaluationFailed { state, .. } => Some(state),
            _ => None,
        }
    }

    /// Returns the error's name and the cause, for events that have them.
    pub fn failure(&self) -> Option<(Option<&str>, Option<&str>)> {
        match self {
            Self::Failure { error, cause } | Self::TaskFailure { error, cause, .. } => {
                Some((error.as_deref(), cause.as_deref()))
            }
            Self::EvaluationFailed { error, cause, .. } => Some((Some(error), Some(cause))),
            _ => None,
        }
    }
}
