//! What can go wrong between a workflow and Step Functions, each in its own variant.

mod mismatch;
mod sdk;

use std::fmt;
use std::time::Duration;

pub use mismatch::Mismatch;
pub use sdk::{Refusal, SdkSource};

use super::Sensitive;
use super::deploy::Drift;
use crate::{Arn, MachineType, ParamsError};

/// Why a call of the client gave no result.
///
/// [`Failed`](Self::Failed), [`TimedOut`](Self::TimedOut) and [`Aborted`](Self::Aborted) are the ends of an
/// execution; the others are about a call.
///
/// Nothing of payloads and causes is in `Display`, `Debug` and the chain of sources: ask for them where you want them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Step Functions refused the call.
    #[error("Step Functions refused {0}")]
    Refused(Refusal),

    /// No answer came: the request could not be sent, or the connection was lost before the whole answer was there.
    #[error("no answer from Step Functions to {operation}: {reason}")]
    NoAnswer {
        /// The API's operation, such as `StartExecution`.
        operation: &'static str,
        /// Why, in one line.
        reason: String,
        /// The SDK's own error.
        sdk: SdkSource,
    },

    /// An answer came that Step Functions does not give: something else listens there, or stands in between.
    #[error("the answer to {operation} is not from Step Functions: {}", foreign(*.status, .content_type.as_deref()))]
    Foreign {
        /// The API's operation, such as `StartExecution`.
        operation: &'static str,
        /// The answer's HTTP status.
        status: u16,
        /// The answer's content type, where it has one.
        content_type: Option<String>,
        /// The SDK's own error, which has the answer; none when the answer could be read, but lacks what it must have.
        sdk: Option<SdkSource>,
    },

    /// The execution failed.
    #[error("the execution failed{}", detail(.state, .error, .console))]
    Failed {
        /// The error's name, such as `States.TaskFailed`.
        error: Option<String>,
        /// What the failed state said.
        cause: Option<Sensitive>,
        /// The state that it was in, where that is known: the innermost, of branches and iterations.
        state: Option<String>,
        /// The page of the execution in AWS's console.
        console: Option<String>,
    },

    /// The execution ran longer than the workflow's `timeout` (Express: at most five minutes).
    #[error("the execution timed out{}", detail(.state, .error, .console))]
    TimedOut {
        /// The error's name, `States.Timeout` where there is one.
        error: Option<String>,
        /// More about it, where there is more.
        cause: Option<Sensitive>,
        /// The state that it was in, where that is known: the innermost, of branches and iterations.
        state: Option<String>,
        /// The page of the execution in AWS's console.
        console: Option<String>,
    },

    /// The execution was stopped.
    #[error("the execution was aborted{}", detail(.state, .error, .console))]
    Aborted {
        /// The error that was given to `StopExecution`.
        error: Option<String>,
        /// The cause that was given to `StopExecution`.
        cause: Option<Sensitive>,
        /// The state that it was in, where that is known: the innermost, of branches and iterations.
        state: Option<String>,
        /// The page of the execution in AWS's console.
        console: Option<String>,
    },

    /// The execution still runs, and was waited for as long as was allowed.
    #[error("the execution {execution} still runs after {} s", .waited.as_secs_f64())]
    StillRunning {
        /// The execution.
        execution: Arn,
        /// How long it was waited for.
        waited: Duration,
    },

    /// The execution succeeded, but its output does not fit the workflow's output type.
    #[error("the output does not fit the workflow's output type: {0}")]
    Output(Mismatch),

    /// What was read back as an input does not fit the workflow's input type: another's execution.
    #[error("the input does not fit the workflow's input type: {0}")]
    Input(Mismatch),

    /// The service left a payload out of its answer, as it does when the caller may not use the key that it is encrypted with.
    #[error("the answer does not include the {payload}")]
    NotIncluded {
        /// `input` or `output`.
        payload: &'static str,
    },

    /// The input cannot be written as JSON: its own `Serialize` failed.
    #[error("the input cannot be written as JSON")]
    InputJson {
        /// What its `Serialize` said.
        reason: Sensitive,
    },

    /// A deploy-time parameter cannot be written as JSON.
    #[error(transparent)]
    Params(#[from] ParamsError),

    /// The account has no state machine with this name in the client's region.
    #[error("there is no state machine named `{name}` in this account and region")]
    NoSuchMachine {
        /// The name looked for.
        name: String,
    },

    /// The state machine exists with the other type, which AWS cannot change.
    #[error(
        "the state machine exists with type {existing}, the workflow has {declared}, and AWS cannot change it\n\
         help: delete the state machine, or give the workflow another `name \"…\";`"
    )]
    OtherType {
        /// What the workflow declares.
        declared: MachineType,
        /// What AWS has, in its own word.
        existing: String,
    },

    /// The state machine is being deleted, which takes as long as its executions take to end.
    #[error(
        "the state machine `{name}` is being deleted\n\
         help: deploy again when it is gone, or give the workflow another `name \"…\";`"
    )]
    Deleting {
        /// The state machine's name.
        name: String,
    },

    /// The state machine is not as it was last deployed, and was left as it is.
    #[error("{0}")]
    Drifted(Box<Drift>),

    /// The service finds mistakes in the definition. Nothing was changed.
    #[error("the definition of `{name}` is not valid{}", listed(.findings))]
    Invalid {
        /// The state machine's name.
        name: String,
        /// What is wrong, and where.
        findings: Vec<DefinitionFinding>,
    },

    /// Another deployment changed the state machine while this one did: the other one stands, and no version of this one was
    /// published.
    #[error(
        "another deployment changed the state machine `{name}` at the same time, and won: no version was published\n\
         help: look at what is deployed now, and deploy again if it is to be yours"
    )]
    Overtaken {
        /// The state machine's name.
        name: String,
    },

    /// An alias cannot be rolled back: there is no version before the one that it points to.
    #[error("the alias {alias} cannot be rolled back: there is no older version")]
    NothingBefore {
        /// The alias.
        alias: Arn,
    },

    /// A request lacks what it must have, and was not sent.
    #[error("{operation} was not sent: {reason}")]
    NotSent {
        /// The API's operation, such as `TagResource`.
        operation: &'static str,
        /// What is missing.
        reason: String,
    },

    /// The answer has an execution status that this version of the SDK does not know.
    #[error("the execution has the unknown status `{status}`")]
    UnknownStatus {
        /// The status as AWS wrote it.
        status: String,
    },
}

impl Error {
    /// The code and message when AWS refused the call.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// Whether the same call may succeed when it is made again: the service is busy or out of order, the connection was
    /// lost, or something in between failed.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.is_transient(),
            Self::NoAnswer { sdk, .. } => sdk.may_pass(),
            Self::Foreign { status, .. } => matches!(status, 200..300 | 408 | 425 | 429 | 500..),
            _ => false,
        }
    }

    /// The same, with the state that the execution was in when it ended.
    pub(crate) fn in_state(mut self, name: Option<String>) -> Self {
        if let Self::Failed { state, .. } | Self::TimedOut { state, .. } | Self::Aborted { state, .. } = &mut self {
            *state = name;
        }
        self
    }

    /// Whether it is the end of an execution.
    pub(crate) fn is_end(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::TimedOut { .. } | Self::Aborted { .. })
    }

    /// Whether the service refused the call with this code.
    pub(crate) fn has_code(&self, code: &str) -> bool {
        self.refusal().is_some_and(|refusal| refusal.code == code)
    }
}

/// What is wrong with a definition, as the service says it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DefinitionFinding {
    /// A word for it, such as `MISSING_TRANSITION_TARGET`.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// Where in the definition: a JSON pointer, where there is one.
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

/// Where an execution ended, why, and where to see more.
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
