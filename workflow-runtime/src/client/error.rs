//! What can go wrong between a workflow and Step Functions, each in its own variant.

use aws_sdk_sfn::error::{BoxError, ProvideErrorMetadata, SdkError};

use crate::{MachineType, ParamsError};

/// Why a call of the client gave no result.
///
/// [`Failed`](Self::Failed), [`TimedOut`](Self::TimedOut) and [`Aborted`](Self::Aborted) are the ends of an
/// execution; the others are about a call.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Step Functions refused the call.
    #[error("Step Functions refused {0}")]
    Refused(Refusal),

    /// No answer came: the request could not be sent, or what came back was no answer.
    #[error("no answer from Step Functions to {operation}: {reason}")]
    NoAnswer {
        /// The API's operation, such as `StartExecution`.
        operation: &'static str,
        /// Why, in one line.
        reason: String,
        /// The SDK's own error.
        #[source]
        source: BoxError,
    },

    /// The execution failed.
    #[error("the execution failed{}", detail(.error, .cause))]
    Failed {
        /// The error's name, such as `States.TaskFailed`.
        error: Option<String>,
        /// What the failed state said.
        cause: Option<String>,
    },

    /// The execution ran longer than the workflow's `timeout` (Express: at most five minutes).
    #[error("the execution timed out{}", detail(.error, .cause))]
    TimedOut {
        /// The error's name, `States.Timeout` where there is one.
        error: Option<String>,
        /// More about it, where there is more.
        cause: Option<String>,
    },

    /// The execution was stopped.
    #[error("the execution was aborted{}", detail(.error, .cause))]
    Aborted {
        /// The error that was given to `StopExecution`.
        error: Option<String>,
        /// The cause that was given to `StopExecution`.
        cause: Option<String>,
    },

    /// The execution succeeded, but its output does not fit the workflow's output type.
    #[error("the output does not fit the workflow's output type: {source}")]
    Output {
        /// The output as JSON text.
        text: String,
        /// Where it does not fit.
        #[source]
        source: serde_json::Error,
    },

    /// What was read back as an input does not fit the workflow's input type: another's execution.
    #[error("the input does not fit the workflow's input type: {source}")]
    Input {
        /// The input as JSON text.
        text: String,
        /// Where it does not fit.
        #[source]
        source: serde_json::Error,
    },

    /// The input cannot be written as JSON: its own `Serialize` failed.
    #[error("the input cannot be written as JSON: {0}")]
    InputJson(#[source] serde_json::Error),

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

    /// The answer has an execution status that this version of the SDK does not know.
    #[error("the execution has the unknown status `{status}`")]
    UnknownStatus {
        /// The status as AWS wrote it.
        status: String,
    },
}

/// What AWS said when it refused a call.
///
/// The codes of each operation: <https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html>.
#[derive(Debug, thiserror::Error)]
#[error("{operation}: {code}: {message}")]
#[non_exhaustive]
pub struct Refusal {
    /// The API's operation, such as `CreateStateMachine`.
    pub operation: &'static str,
    /// The error's code, such as `InvalidDefinition`.
    pub code: String,
    /// The service's own words.
    pub message: String,
    /// The SDK's own error, to be downcast to `SdkError` of the operation.
    #[source]
    pub source: BoxError,
}

impl Error {
    /// The code and message when AWS refused the call.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// Sorts an error of the SDK: an answer of the service, or none.
    pub(crate) fn of_call<E>(operation: &'static str, error: SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        match error.as_service_error() {
            Some(answer) => Self::Refused(Refusal {
                operation,
                code: answer.code().unwrap_or("UnknownError").to_owned(),
                message: answer.message().unwrap_or_default().to_owned(),
                source: error.into(),
            }),
            None => Self::NoAnswer { operation, reason: chain(&error), source: error.into() },
        }
    }
}

fn detail(error: &Option<String>, cause: &Option<String>) -> String {
    let said = [error, cause].into_iter().flatten();
    said.fold(String::new(), |text, part| text + ": " + part)
}

/// The error and what it comes from, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(error.source(), |error| error.source());
    sources.fold(error.to_string(), |text, source| format!("{text}: {source}"))
}
