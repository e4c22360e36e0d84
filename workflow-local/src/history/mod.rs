//! The history of an execution: its events, typed, in AWS's order.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html>

mod api;
mod assigned;
mod event_type;
mod kept;
mod table;

use std::sync::Arc;

pub use assigned::Assigned;
pub use event_type::EventType;
pub(crate) use kept::{Recent, Text};
pub use table::HistoryTable;

use crate::clock::Instant;
use crate::payload::Payload;

/// One event of an execution's history.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct HistoryEvent {
    /// Its number: 1 for the first, without gaps.
    pub id: u64,
    /// The event that led to this one on the same branch; 0 for the first events.
    pub previous_id: u64,
    /// When it happened.
    pub timestamp: Instant,
    /// What happened.
    pub kind: EventType,
    /// What it happened to, and with which data.
    pub details: Details,
}

/// What an event says beside its type. Which type has which details, and which fields the
/// API leaves out when absent, is in the API reference of `HistoryEvent`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Details {
    /// Nothing more.
    None,
    /// `ExecutionStarted`
    ExecutionStarted {
        /// The execution's input.
        input: Payload,
        /// The role it runs with.
        role_arn: Arc<str>,
    },
    /// `ExecutionSucceeded`, `LambdaFunctionSucceeded`, `ActivitySucceeded`
    Output {
        /// What came out.
        output: Payload,
    },
    /// The failures, aborts and time-outs of executions, Lambda functions, activities and map runs.
    Failure {
        /// The error's name.
        error: Option<Arc<str>>,
        /// The cause, for people.
        cause: Option<Arc<str>>,
    },
    /// `…StateEntered`
    StateEntered {
        /// The state's name.
        name: Arc<str>,
        /// Its input, before `InputPath`.
        input: Payload,
    },
    /// `…StateExited`
    StateExited {
        /// The state's name.
        name: Arc<str>,
        /// Its output.
        output: Payload,
        /// The variables that it assigned.
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
        /// Seconds that the task may last, where the state says.
        timeout_seconds: Option<u64>,
        /// Seconds between heartbeats, where the state says.
        heartbeat_seconds: Option<u64>,
        /// The role that the task assumes, where the state has `Credentials`.
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
        /// What the service answered.
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
        /// The cause, for people.
        cause: Option<Arc<str>>,
    },
    /// `LambdaFunctionScheduled`, `ActivityScheduled`
    WorkScheduled {
        /// The ARN of the function or activity.
        resource: Arc<str>,
        /// What it gets.
        input: Payload,
        /// Seconds that the task may last, where the state says.
        timeout_seconds: Option<u64>,
        /// Seconds between heartbeats, where the state says (activities only).
        heartbeat_seconds: Option<u64>,
        /// The role that the task assumes, where the state has `Credentials`.
        role_arn: Option<Arc<str>>,
    },
    /// `ActivityStarted`
    ActivityStarted {
        /// The worker that took it, where it gave a name.
        worker_name: Option<Arc<str>>,
    },
    /// `MapStateStarted`
    MapStateStarted {
        /// How many items there are; 0 when an item reader reads them.
        length: usize,
    },
    /// `MapIteration…`
    MapIteration {
        /// The map state's name.
        name: Arc<str>,
        /// The number of the item, from 0.
        index: usize,
    },
    /// `MapRunStarted`
    MapRunStarted {
        /// The ARN of the map run.
        map_run_arn: Arc<str>,
    },
    /// `ExecutionRedriven`
    ExecutionRedriven {
        /// How often the execution was redriven, this time included.
        redrive_count: u64,
    },
    /// `MapRunRedriven`
    MapRunRedriven {
        /// The ARN of the map run.
        map_run_arn: Arc<str>,
        /// How often the map run was redriven, this time included.
        redrive_count: u64,
    },
    /// `EvaluationFailed`
    EvaluationFailed {
        /// The error's name.
        error: Arc<str>,
        /// The cause, for people.
        cause: Arc<str>,
        /// The field whose expression failed; absent when the state's input is at fault.
        location: Option<Arc<str>>,
        /// The state's name.
        state: Arc<str>,
    },
}

impl Details {
    /// Returns the state that the event is about, for events that name one.
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
