//! The errors of the client, each with its own variant.

mod mismatch;
mod sdk;

use std::fmt;
use std::time::Duration;

pub use mismatch::Mismatch;
pub use sdk::{Refusal, SdkSource};

use super::Sensitive;
use super::deploy::Drift;
use crate::{Arn, MachineType, ParamsError};

/// Why a call of the client failed.
///
/// [`Failed`](Self::Failed), [`TimedOut`](Self::TimedOut) and [`Aborted`](Self::Aborted) say how an execution ended;
/// the others are errors of the call.
///
/// `Display`, `Debug` and the chain of sources contain no payloads and causes. Use the fields and methods to read
/// those.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Step Functions rejected the call.
    #[error("Step Functions refused {0}")]
    Refused(Refusal),

    /// No answer arrived: the request could not be sent, or the connection was lost before the answer was complete.
    #[error("no answer from Step Functions to {operation}: {reason}")]
    NoAnswer {
        /// The API's operation, such as `StartExecution`.
        operation: &'static str,
        /// The reason, in one line.
        reason: String,
        /// The SDK's own error.
        sdk: SdkSource,
    },

    /// The answer is not one of Step Functions: something else listens at the address, or intercepts the connection.
    #[error("the answer to {operation} is not from Step Functions: {}", foreign(*.status, .content_type.as_deref()))]
    Foreign {
        /// The API's operation, such as `StartExecution`.
        operation: &'static str,
        /// The answer's HTTP status.
        status: u16,
        /// The answer's content type, if any.
        content_type: Option<String>,
        /// The SDK's own error, which contains the answer. `None` if the answer could be read but lacks a required
        /// part.
        sdk: Option<SdkSource>,
    },

    /// The execution failed.
    #[error("the execution failed{}", detail(.state, .error, .console))]
    Failed {
        /// The error's name, such as `States.TaskFailed`.
        error: Option<String>,
        /// The cause given by the failed state.
        cause: Option<Sensitive>,
        /// The state in which it failed, if known: the innermost one, within branches and iterations.
        state: Option<String>,
        /// The URL of the execution's page in AWS's console.
        console: Option<String>,
    },

    /// The execution ran longer than the workflow's `timeout` (Express: at most five minutes).
    #[error("the execution timed out{}", detail(.state, .error, .console))]
    TimedOut {
        /// The error's name, such as `States.Timeout`, if any.
        error: Option<String>,
        /// The cause, if any.
        cause: Option<Sensitive>,
        /// The state in which it timed out, if known: the innermost one, within branches and iterations.
        state: Option<String>,
        /// The URL of the execution's page in AWS's console.
        console: Option<String>,
    },

    /// The execution was stopped.
    #[error("the execution was aborted{}", detail(.state, .error, .console))]
    Aborted {
        /// The error passed to `StopExecution`.
        error: Option<String>,
        /// The cause passed to `StopExecution`.
        cause: Option<Sensitive>,
        /// The state in which it was stopped, if known: the innermost one, within branches and iterations.
        state: Option<String>,
        /// The URL of the execution's page in AWS's console.
        console: Option<String>,
    },

    /// The execution is still running after the maximum waiting time.
    #[error("the execution {execution} still runs after {} s", .waited.as_secs_f64())]
    StillRunning {
        /// The execution.
        execution: Arn,
        /// How long the client waited.
        waited: Duration,
    },

    /// The execution succeeded, but its output does not match the workflow's output type.
    #[error("the output does not fit the workflow's output type: {0}")]
    Output(Mismatch),

    /// An input read back does not match the workflow's input type: it belongs to another workflow's execution.
    #[error("the input does not fit the workflow's input type: {0}")]
    Input(Mismatch),

    /// The service left a payload out of its answer, for example because the caller may not use the encryption key.
    #[error("the answer does not include the {payload}")]
    NotIncluded {
        /// `input` or `output`.
        payload: &'static str,
    },

    /// The input cannot be serialized as JSON: its `Serialize` implementation failed.
    #[error("the input cannot be written as JSON")]
    InputJson {
        /// The message of its `Serialize` implementation.
        reason: Sensitive,
    },

    /// The input breaks a constraint that the workflow declares with `#[validate(…)]`. Nothing was sent.
    #[error("`{path}` must be {expected}")]
    InputConstraint {
        /// The path, such as `input.lines[0].price`.
        path: String,
        /// What the value must be, such as `an integer from 1 to 10`.
        expected: String,
    },

    /// A deploy-time parameter cannot be serialized as JSON.
    #[error(transparent)]
    Params(#[from] ParamsError),

    /// The account has no state machine of this name in the client's region.
    #[error("no state machine named `{name}` in this account and region")]
    NoSuchMachine {
        /// The name.
        name: String,
    },

    /// The state machine exists with the other type, which AWS cannot change.
    #[error(
        "the state machine exists with type {existing}, the workflow has {declared}, and AWS cannot change it\n\
         help: delete the state machine, or give the workflow another `name \"…\";`"
    )]
    OtherType {
        /// The type that the workflow declares.
        declared: MachineType,
        /// The existing type, as AWS spells it.
        existing: String,
    },

    /// The state machine is being deleted. This takes until its executions have ended.
    #[error(
        "the state machine `{name}` is being deleted\n\
         help: deploy again when it is gone, or give the workflow another `name \"…\";`"
    )]
    Deleting {
        /// The state machine's name.
        name: String,
    },

    /// The state machine differs from the last deployment and was not changed.
    #[error("{0}")]
    Drifted(Box<Drift>),

    /// The service found errors in the definition. Nothing was changed.
    #[error("the definition of `{name}` is not valid{}", listed(.findings))]
    Invalid {
        /// The state machine's name.
        name: String,
        /// The errors and their locations.
        findings: Vec<DefinitionFinding>,
    },

    /// Another deployment changed the state machine concurrently. The other deployment is in effect, and no version of
    /// this one was published.
    #[error(
        "another deployment changed the state machine `{name}` at the same time, and won: no version was published\n\
         help: check what is deployed now, and deploy again to replace it"
    )]
    Overtaken {
        /// The state machine's name.
        name: String,
    },

    /// A deployment failed after it had changed something. Deploying again goes on from there.
    #[error("{done}, but then the deployment failed (deploy again to go on): {source}")]
    Unfinished {
        /// What was done, such as `the state machine was updated, version 3 is published`.
        done: String,
        /// Why it failed then.
        source: Box<Self>,
    },

    /// An alias cannot be rolled back: its record has no other version that served before.
    #[error(
        "the alias {alias} cannot be rolled back: it has no record of another version that served before\n\
         help: point it to a version: `point_to`"
    )]
    NothingBefore {
        /// The alias.
        alias: Arn,
    },

    /// The alias was rolled back from this definition. Nothing was changed.
    #[error(
        "the alias `{alias}` was rolled back from version {version}, which has the same definition and role\n\
         help: change the definition, or deploy it with `.again()`"
    )]
    Withdrawn {
        /// The alias's name.
        alias: String,
        /// The number of the version that was withdrawn.
        version: u64,
    },

    /// A request lacks a required part and was not sent.
    #[error("{operation} was not sent: {reason}")]
    NotSent {
        /// The API's operation, such as `TagResource`.
        operation: &'static str,
        /// What is missing.
        reason: String,
    },

    /// The answer has an execution status that this version of the SDK does not support.
    #[error("the execution has the unknown status `{status}`")]
    UnknownStatus {
        /// The status as AWS spells it.
        status: String,
    },
}

impl Error {
    /// Returns the code and message if AWS rejected the call.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Unfinished { source, .. } => source.refusal(),
            _ => None,
        }
    }

    /// Returns whether the same call may succeed later: the service is busy or unavailable, the connection was lost, or
    /// an intermediary failed.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.is_transient(),
            Self::NoAnswer { sdk, .. } => sdk.may_pass(),
            Self::Foreign { status, .. } => matches!(status, 200..300 | 408 | 425 | 429 | 500..),
            Self::Unfinished { source, .. } => source.is_transient(),
            _ => false,
        }
    }

    /// Adds what a deployment had done before.
    pub(crate) fn after(self, done: &[String]) -> Self {
        match self {
            Self::Overtaken { .. } => self,
            error if done.is_empty() => error,
            error => Self::Unfinished { done: done.join(", "), source: Box::new(error) },
        }
    }

    /// Adds the name of the execution that may have started although no answer came.
    pub(crate) fn may_have_started(mut self, name: &str) -> Self {
        // hyper's word for an error before the request was sent.
        if let Self::NoAnswer { reason, sdk, .. } = &mut self
            && sdk.may_pass()
            && !reason.contains("(Connect)")
        {
            reason.push_str(&format!("; the execution `{name}` may have started"));
        }
        self
    }

    /// Adds the state in which the execution ended.
    pub(crate) fn in_state(mut self, name: Option<String>) -> Self {
        if let Self::Failed { state, .. } | Self::TimedOut { state, .. } | Self::Aborted { state, .. } = &mut self {
            *state = name;
        }
        self
    }

    /// Returns whether the error says how an execution ended.
    pub(crate) fn is_end(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::TimedOut { .. } | Self::Aborted { .. })
    }

    /// Returns whether the service rejected the call with this code.
    pub(crate) fn has_code(&self, code: &str) -> bool {
        self.refusal().is_some_and(|refusal| refusal.code == code)
    }
}

/// An error that the service found in a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DefinitionFinding {
    /// A code such as `MISSING_TRANSITION_TARGET`.
    pub code: String,
    /// The message.
    pub message: String,
    /// The location in the definition: a JSON pointer, if any.
    pub location: Option<String>,
}

impl fmt::Display for DefinitionFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        self.location.as_ref().map_or(Ok(()), |location| write!(f, " at {location}"))
    }
}

fn listed(findings: &[DefinitionFinding]) -> String {
    findings.iter().map(|finding| format!("\n  {finding}")).collect()
}

/// Returns where and why an execution ended, and where to read more.
fn detail(state: &Option<String>, error: &Option<String>, console: &Option<String>) -> String {
    let state = state.iter().map(|state| format!(" in the state `{state}`"));
    let error = error.iter().map(|error| format!(": {error}"));
    let console = console.iter().map(|console| format!("\nsee {console}"));
    state.chain(error).chain(console).collect()
}

fn foreign(status: u16, content_type: Option<&str>) -> impl fmt::Display {
    let content_type =
        content_type.map_or_else(|| "no content type".to_owned(), |found| format!("content type {found}"));
    format!("it has HTTP status {status} and {content_type}")
}
