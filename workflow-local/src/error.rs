//! What can go wrong before, beside or instead of an execution's own failure.

use std::fmt;

use serde_json::Value;
use workflow_asl::Diagnostic;

use crate::declared::{Lines, Misfit};
use crate::program::Program;
use crate::task::TaskRequest;

/// A definition that cannot be run.
#[derive(Debug)]
#[non_exhaustive]
pub enum DefinitionError {
    /// The text is not JSON.
    NotJson(serde_json::Error),
    /// The definition has errors, all of them.
    Invalid(Vec<Diagnostic>),
    /// A workflow's parameters cannot be spliced into its definition.
    Params(String),
    /// A state is named that the definition does not have: in a handler, a mock, or where to stop.
    UnknownState {
        /// The name given.
        name: String,
        /// The nearest name of a state, where one is near.
        nearest: Option<String>,
    },
    /// A handler is for a state that is no task, and would never be asked.
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
            Self::NotJson(error) => write!(f, "the definition is not JSON: {error}"),
            Self::Invalid(diagnostics) => {
                f.write_str("the definition cannot be run:")?;
                diagnostics.iter().try_for_each(|diagnostic| write!(f, "\n{diagnostic}"))
            }
            Self::Params(error) => write!(f, "the parameters do not fit the definition: {error}"),
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
            Self::NotJson(error) => Some(error),
            _ => None,
        }
    }
}

impl RunError {
    /// A request that nothing answers.
    pub(crate) fn of_request(request: &TaskRequest) -> Self {
        let function = request.input.get("FunctionName").and_then(Value::as_str).map(str::to_owned);
        Self::MissingHandler { state: request.state.to_string(), resource: request.resource.to_string(), function }
    }
}

/// Why an execution could not be run to its end. An execution that fails is not one of these.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The definition, or a handler's state, is wrong.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// The input cannot be written as JSON.
    #[error("the input is not JSON: {0}")]
    Input(#[source] serde_json::Error),
    /// The variables to start with are no JSON object.
    #[error("the variables are not a JSON object of their values by name: {0}")]
    Variables(#[source] serde_json::Error),
    /// The input is not what the workflow declares.
    #[error(
        "the input is not what the workflow declares:{}\n  help: to run it all the same, as AWS does: \
         `.accept_any_input()`",
        Lines(misfits)
    )]
    InputType {
        /// What does not fit, up to ten of it.
        misfits: Vec<Misfit>,
    },
    /// A task was answered with something else than the workflow declares for it.
    #[error(
        "the answer to state `{state}` is not what the workflow declares:{}\n  help: to go on all the same, as AWS \
         does: `.accept_any_answers()`",
        Lines(misfits)
    )]
    AnswerType {
        /// The state's name.
        state: String,
        /// What does not fit, up to ten of it.
        misfits: Vec<Misfit>,
    },
    /// The input is over 256 KiB.
    #[error("the input has {bytes} bytes, more than the 262144 that Step Functions takes")]
    InputTooLarge {
        /// Bytes of its JSON text.
        bytes: usize,
    },
    /// A task was scheduled that nothing stands for.
    #[error(
        "no handler for state `{state}` with resource {resource}\n  help: give the engine one: \
         `.on_state(\"{state}\", |input: Value| …)` or `{}`",
        match function {
            Some(function) => format!(".on_lambda(\"{function}\", …)"),
            None if resource.contains(":states:startExecution") => ".on_state_machine(arn, engine)".to_owned(),
            None => format!(".on_resource(\"{resource}\", …)"),
        }
    )]
    MissingHandler {
        /// The state's name.
        state: String,
        /// The state's resource.
        resource: String,
        /// The Lambda function that the request names.
        function: Option<String>,
    },
    /// A state machine that a task starts cannot be run to its end.
    #[error("in the state machine {machine}, which state `{state}` starts: {error}")]
    StateMachine {
        /// The state that starts it.
        state: String,
        /// The state machine's ARN.
        machine: String,
        /// What is wrong with it.
        #[source]
        error: Box<RunError>,
    },
    /// A state's task was scheduled after all the answers given for the state.
    #[error(
        "state `{state}` asks once more than there are answers for: {given} given\n  help: say what all further \
         tasks get, with `.then(…)`, or give more answers"
    )]
    NoAnswerLeft {
        /// The state's name.
        state: String,
        /// How many answers there were.
        given: u64,
    },
    /// Nothing can happen any more: a task waits for an answer that nobody can give.
    #[error("the execution waits for ever: state `{state}` waits for an answer and has no time-out")]
    Stuck {
        /// The state that waits.
        state: String,
    },
}
