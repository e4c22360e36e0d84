//! Executions of a workflow, on AWS or in a test's own process.
//!
//! A service that starts workflows takes a [`Runner`]. In production, this is the client's `StateMachine<W>` (feature
//! `aws`), or `workflow_server::StateMachine<W>` in a service that needs no AWS. In a test, it is
//! `workflow_local::LocalRunner<W>`, the engine in virtual time, which needs no server, no container and no AWS crate.
//!
//! ```
//! use std::sync::Arc;
//! use workflow_runtime::runner::{ExecutionStatus, Runner, RunnerError};
//! use workflow_runtime::workflow;
//!
//! workflow! {
//!     pub workflow Ship {
//!         input { order: String }
//!         returns { parcel: String }
//!         pass Pack { parcel: "parcel of " + input.order } -> end;
//!     }
//! }
//!
//! /// A service, independent of the runner of its workflows.
//! struct Orders {
//!     ship: Arc<dyn Runner<Ship>>,
//! }
//!
//! impl Orders {
//!     async fn order(&self, order: String) -> Result<String, RunnerError> {
//!         self.ship.start(&ShipInput { order }).await
//!     }
//!
//!     async fn parcel(&self, execution: &str) -> Result<Option<String>, RunnerError> {
//!         match self.ship.status(execution).await? {
//!             ExecutionStatus::Succeeded(ShipOutput { parcel }) => Ok(Some(parcel)),
//!             _ => Ok(None),
//!         }
//!     }
//! }
//! ```

use std::error::Error;
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use crate::{Sensitive, Standard, Workflow, WorkflowState};

/// The return type of a [`Runner`]'s methods.
pub type RunnerFuture<'r, T> = Pin<Box<dyn Future<Output = Result<T, RunnerError>> + Send + 'r>>;

/// Starts executions of the Standard workflow `W` and reports their status.
///
/// Executions are identified by name. A name has 1 to 80 characters, is unique for a state machine, and is short enough
/// for a URL. A service does not need to store anything else.
///
/// The methods return boxed futures instead of being `async fn`, so that `Arc<dyn Runner<W>>` works: a service then has
/// one type, whatever runs its workflows. The cost of a box is negligible compared with a network request. You can also
/// write functions that are generic over `R: Runner<W>`; `&R`, `Box<R>` and `Arc<R>` are runners too.
pub trait Runner<W: Workflow<Kind = Standard>>: Send + Sync {
    /// Starts an execution with a generated name and returns the name.
    ///
    /// # Errors
    ///
    /// [`RunnerError::Other`] if it cannot be started.
    fn start(&self, input: &W::Input) -> RunnerFuture<'_, String>;

    /// Starts an execution with this name. The same name and input again returns the running execution.
    ///
    /// # Errors
    ///
    /// [`RunnerError::NameTaken`] if an execution of this name has ended or has another input; [`RunnerError::Other`]
    /// if it cannot be started.
    fn start_named<'r>(&'r self, name: &'r str, input: &W::Input) -> RunnerFuture<'r, ()>;

    /// Returns the status of an execution.
    ///
    /// # Errors
    ///
    /// [`RunnerError::UnknownExecution`], which is also possible just after the start because AWS is eventually
    /// consistent; [`RunnerError::Other`] if the status cannot be read.
    fn status<'r>(&'r self, name: &'r str) -> RunnerFuture<'r, ExecutionStatus<W::Output>>;

    /// Waits for the end of an execution and returns its output. To limit the time, use your runtime's timeout.
    ///
    /// # Errors
    ///
    /// [`RunnerError::Failed`], [`RunnerError::TimedOut`] or [`RunnerError::Aborted`] if it does not succeed;
    /// [`RunnerError::UnknownExecution`]; [`RunnerError::Other`] if waiting fails.
    fn wait<'r>(&'r self, name: &'r str) -> RunnerFuture<'r, W::Output>;

    /// Returns the history of an execution so far, the oldest event first.
    ///
    /// # Errors
    ///
    /// [`RunnerError::UnknownExecution`]; [`RunnerError::Other`] if the history cannot be read.
    fn history<'r>(&'r self, name: &'r str) -> RunnerFuture<'r, Vec<RunnerEvent<W>>>;

    /// Stops an execution, with an error name (at most 256 characters) and a cause (at most 32,768) for its history.
    /// Stopping an execution that has already ended is not an error.
    ///
    /// # Errors
    ///
    /// [`RunnerError::UnknownExecution`]; [`RunnerError::Other`] when it cannot be stopped.
    fn stop<'r>(&'r self, name: &'r str, error: Option<&'r str>, cause: Option<&'r str>) -> RunnerFuture<'r, ()>;
}

macro_rules! passed_on {
    ($($pointer:ty),*) => { $(
        impl<W: Workflow<Kind = Standard>, R: Runner<W> + ?Sized> Runner<W> for $pointer {
            fn start(&self, input: &W::Input) -> RunnerFuture<'_, String> {
                (**self).start(input)
            }

            fn start_named<'r>(&'r self, name: &'r str, input: &W::Input) -> RunnerFuture<'r, ()> {
                (**self).start_named(name, input)
            }

            fn status<'r>(&'r self, name: &'r str) -> RunnerFuture<'r, ExecutionStatus<W::Output>> {
                (**self).status(name)
            }

            fn wait<'r>(&'r self, name: &'r str) -> RunnerFuture<'r, W::Output> {
                (**self).wait(name)
            }

            fn history<'r>(&'r self, name: &'r str) -> RunnerFuture<'r, Vec<RunnerEvent<W>>> {
                (**self).history(name)
            }

            fn stop<'r>(
                &'r self,
                name: &'r str,
                error: Option<&'r str>,
                cause: Option<&'r str>,
            ) -> RunnerFuture<'r, ()> {
                (**self).stop(name, error, cause)
            }
        }
    )* };
}

passed_on!(&R, Box<R>, Arc<R>);

/// The status of an execution. `T` is the workflow's output.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExecutionStatus<T> {
    /// It has not ended.
    Running,
    /// It succeeded with this output.
    Succeeded(T),
    /// It failed with an error.
    Failed(Failure),
    /// It exceeded its time limit.
    TimedOut(Failure),
    /// It was stopped.
    Aborted(Failure),
}

impl<T> ExecutionStatus<T> {
    /// Returns the name in the API, such as `TIMED_OUT`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded(_) => "SUCCEEDED",
            Self::Failed(_) => "FAILED",
            Self::TimedOut(_) => "TIMED_OUT",
            Self::Aborted(_) => "ABORTED",
        }
    }

    /// Returns why it did not succeed, if it ended without success.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) | Self::TimedOut(failure) | Self::Aborted(failure) => Some(failure),
            Self::Running | Self::Succeeded(_) => None,
        }
    }

    /// Returns the output of an execution that succeeded.
    ///
    /// # Errors
    ///
    /// [`RunnerError::Failed`], [`RunnerError::TimedOut`] or [`RunnerError::Aborted`] if it did not succeed;
    /// [`RunnerError::Other`] if it has not ended.
    pub fn into_output(self) -> Result<T, RunnerError> {
        match self {
            Self::Succeeded(output) => Ok(output),
            Self::Failed(failure) => Err(RunnerError::Failed(failure)),
            Self::TimedOut(failure) => Err(RunnerError::TimedOut(failure)),
            Self::Aborted(failure) => Err(RunnerError::Aborted(failure)),
            Self::Running => Err(RunnerError::Other("the execution has not ended".into())),
        }
    }
}

/// Why an execution did not succeed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The error's name, such as `States.TaskFailed`, if any.
    pub error: Option<String>,
    /// The cause, if any.
    pub cause: Option<Sensitive>,
}

impl Failure {
    /// Creates a failure with this error name and cause.
    pub fn new(error: Option<String>, cause: Option<Sensitive>) -> Self {
        Self { error, cause }
    }
}

/// Prints the error's name, but not the cause, which may be secret.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.error.as_deref().unwrap_or("without an error name"))
    }
}

/// An event of an execution's history.
///
/// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html>.
#[non_exhaustive]
pub struct RunnerEvent<W> {
    /// Its number, from 1.
    pub id: u64,
    /// The number of the previous event on its branch; 0 for the first event.
    pub previous_id: u64,
    /// When it happened.
    pub time: SystemTime,
    /// The type of the event in the API, such as `TaskStateEntered`.
    pub kind: String,
    /// The name of the state that was entered or left, of the map of the iteration, or of the state whose evaluation
    /// failed.
    pub state_name: Option<String>,
    /// The input of the execution, state or task as JSON text, if the event has one.
    pub input: Option<Sensitive>,
    /// The output of the execution, state or task as JSON text, if the event has one.
    pub output: Option<Sensitive>,
    /// Why something failed, if the event is about a failure.
    pub failure: Option<Failure>,
    workflow: PhantomData<fn() -> W>,
}

impl<W: Workflow> RunnerEvent<W> {
    /// Creates an event with the fields that every event has.
    pub fn new(id: u64, previous_id: u64, time: SystemTime, kind: impl Into<String>) -> Self {
        Self {
            id,
            previous_id,
            time,
            kind: kind.into(),
            state_name: None,
            input: None,
            output: None,
            failure: None,
            workflow: PhantomData,
        }
    }

    /// Returns the state as a variant of the workflow's enum. `None` for events without a state, and for a state that
    /// this version of the workflow does not have.
    pub fn state(&self) -> Option<W::State> {
        let name = self.state_name.as_deref()?;
        W::State::ALL.iter().copied().find(|state| state.name() == name)
    }
}

impl<W> Clone for RunnerEvent<W> {
    fn clone(&self) -> Self {
        Self {
            id: self.id,
            previous_id: self.previous_id,
            time: self.time,
            kind: self.kind.clone(),
            state_name: self.state_name.clone(),
            input: self.input.clone(),
            output: self.output.clone(),
            failure: self.failure.clone(),
            workflow: PhantomData,
        }
    }
}

impl<W> fmt::Debug for RunnerEvent<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunnerEvent")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("state_name", &self.state_name)
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}

/// Why a [`Runner`]'s method failed.
///
/// `Display` and `Debug` contain no payloads and causes.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunnerError {
    /// No execution has this name.
    UnknownExecution {
        /// The name.
        name: String,
    },
    /// Another execution has this name.
    NameTaken {
        /// The name.
        name: String,
    },
    /// The execution failed.
    Failed(Failure),
    /// The execution exceeded its time limit.
    TimedOut(Failure),
    /// The execution was stopped.
    Aborted(Failure),
    /// The error of the runner itself: the client's `Error`, or the engine's `RunError`.
    Other(Box<dyn Error + Send + Sync>),
}

impl fmt::Display for RunnerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownExecution { name } => write!(f, "no execution named `{name}`"),
            Self::NameTaken { name } => write!(f, "another execution is named `{name}`"),
            Self::Failed(failure) => write!(f, "the execution failed: {failure}"),
            Self::TimedOut(failure) => write!(f, "the execution timed out: {failure}"),
            Self::Aborted(failure) => write!(f, "the execution was aborted: {failure}"),
            Self::Other(error) => error.fmt(f),
        }
    }
}

impl Error for RunnerError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Other(error) => error.source(),
            _ => None,
        }
    }
}
