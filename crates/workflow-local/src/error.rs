//! Errors other than an execution's own failure.

use std::fmt;

use serde_json::Value;
use workflow_asl::Diagnostic;
use workflow_asl::limits::PAYLOAD_BYTES;
use workflow_asl::source::SourceError;
use workflow_schema::TypeMismatch;

use crate::declared::Lines;
use crate::mutation::MutationError;
use crate::program::Program;
use crate::program::resource::is_synchronous;
use crate::task::TaskRequest;

/// The error of a definition that cannot be run.
#[derive(Debug)]
#[non_exhaustive]
pub enum DefinitionError {
    /// The text is not JSON, or an object in it has a duplicate key.
    Unreadable(Box<SourceError>),
    /// The definition has errors; this lists all of them.
    Invalid(Vec<Diagnostic>),
    /// A workflow's parameters cannot be inserted into its definition.
    Params(String),
    /// The environment has a mutant that cannot be run.
    Mutant(MutationError),
    /// A handler, a mock or a stop names a state that the definition does not have.
    UnknownState {
        /// The unknown name.
        name: String,
        /// The most similar name of a state, if any.
        nearest: Option<String>,
    },
    /// A handler is for a state that is not a task, so it would never be called.
    NoTask {
        /// The state's name.
        name: String,
        /// Its `Type`.
        kind: &'static str,
    },
}

impl DefinitionError {
    pub(crate) fn unknown_state(program: &Program, name: &str) -> Self {
        let nearest = workflow_asl::nearest::nearest(name, program.state_names()).map(str::to_owned);
        Self::UnknownState { name: name.to_owned(), nearest }
    }
}

impl fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(f),
            Self::Invalid(diagnostics) => {
                f.write_str("the definition cannot be run:")?;
                diagnostics.iter().try_for_each(|diagnostic| write!(f, "\n{diagnostic}"))
            }
            Self::Params(error) => write!(f, "the parameters do not fit the definition: {error}"),
            Self::Mutant(error) => error.fmt(f),
            Self::UnknownState { name, nearest } => {
                write!(f, "the definition has no state `{name}`")?;
                match nearest {
                    Some(nearest) => write!(f, "\n  help: did you mean `{nearest}`?"),
                    None => Ok(()),
                }
            }
            Self::NoTask { name, kind } => {
                write!(f, "`{name}` is a {kind} state; only tasks are answered")
            }
        }
    }
}

impl std::error::Error for DefinitionError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable(error) => Some(error),
            Self::Mutant(error) => Some(error),
            _ => None,
        }
    }
}

impl RunError {
    /// Creates the error for a request without a handler.
    pub(crate) fn of_request(request: &TaskRequest) -> Self {
        let function = request.input.get("FunctionName").and_then(Value::as_str).map(str::to_owned);
        Self::MissingHandler { state: request.state.to_string(), resource: request.resource.to_string(), function }
    }
}

/// The error of an execution that could not be run to its end. An execution that fails is not such an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The definition, or a handler's state, is invalid.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// The input cannot be serialized as JSON.
    #[error("the input is not JSON: {0}")]
    Input(#[source] serde_json::Error),
    /// The initial variables are not a JSON object.
    #[error("the variables are not a JSON object of their values by name: {0}")]
    Variables(#[source] serde_json::Error),
    /// The input does not match its declared type.
    #[error(
        "the input is not what the workflow declares:{}\n  help: to run it anyway, as AWS does: \
         `.accept_any_input()`",
        Lines(mismatches)
    )]
    InputType {
        /// The mismatches, at most ten.
        mismatches: Vec<TypeMismatch>,
    },
    /// The answer to a task does not match its declared type.
    #[error(
        "the answer to state `{state}` is not what the workflow declares:{}\n  help: to continue anyway, as AWS \
         does: `.accept_any_answers()`",
        Lines(mismatches)
    )]
    AnswerType {
        /// The state's name.
        state: String,
        /// The mismatches, at most ten.
        mismatches: Vec<TypeMismatch>,
    },
    /// The input is larger than 256 KiB.
    #[error("the input has {bytes} bytes, but at most {PAYLOAD_BYTES} are allowed")]
    InputTooLarge {
        /// The size of its JSON text in bytes.
        bytes: usize,
    },
    /// A task was scheduled for which there is no handler.
    #[error(
        "no handler for state `{state}` with resource {resource}\n  help: give the engine one: \
         `.on_state(\"{state}\", |input: Value| …)` or `{}`",
        match function {
            Some(function) => format!(".on_lambda(\"{function}\", …)"),
            None if resource.contains(":states:startExecution") || is_synchronous(resource) => {
                ".on_state_machine(arn, engine)".to_owned()
            }
            None => format!(".on_resource(\"{resource}\", …)"),
        }
    )]
    MissingHandler {
        /// The state's name.
        state: String,
        /// The state's resource.
        resource: String,
        /// The Lambda function in the request.
        function: Option<String>,
    },
    /// A state machine that a task started cannot be run to its end.
    #[error("in the state machine {machine}, which state `{state}` starts: {error}")]
    StateMachine {
        /// The state that starts it.
        state: String,
        /// The state machine's ARN.
        machine: String,
        /// The error.
        #[source]
        error: Box<RunError>,
    },
    /// A state's task was scheduled after all answers were used.
    #[error(
        "state `{state}` asks once more than there are answers for: {given} given\n  help: say what all further \
         tasks get, with `.then(…)`, or give more answers"
    )]
    NoAnswerLeft {
        /// The state's name.
        state: String,
        /// The number of answers.
        given: u64,
    },
    /// Nothing can happen any more: a task waits for an answer that cannot come.
    #[error("the execution waits forever: state `{state}` waits for an answer and has no timeout")]
    Stuck {
        /// The waiting state.
        state: String,
    },
}
