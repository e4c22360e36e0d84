//! One execution of a Standard workflow: described, waited for, stopped.

use std::fmt;
use std::marker::PhantomData;

use aws_sdk_sfn::operation::describe_execution::DescribeExecutionOutput;
use aws_sdk_sfn::operation::describe_state_machine_for_execution::DescribeStateMachineForExecutionOutput;
use aws_sdk_sfn::primitives::DateTime;
use aws_sdk_sfn::types::ExecutionStatus;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::call::call;
use super::connection::Connection;
use super::console::console_page;
use super::{Backoff, Error, History, Mismatch, Sensitive, Wait};
use crate::{Arn, Workflow};

/// What the service answered when it started an execution of the workflow `W`: [`Execution`] or
/// [`ExpressExecution`](super::ExpressExecution) is made of it.
pub struct Started<W> {
    pub(super) connection: Connection,
    pub(super) arn: Arn,
    pub(super) workflow: PhantomData<fn() -> W>,
}

/// An execution of the Standard workflow `W`.
pub struct Execution<W> {
    connection: Connection,
    arn: Arn,
    /// Started by this client, so that it exists, even if AWS does not know it everywhere yet.
    is_new: bool,
    workflow: PhantomData<fn() -> W>,
}

impl<W> From<Started<W>> for Execution<W> {
    fn from(started: Started<W>) -> Self {
        Self { connection: started.connection, arn: started.arn, is_new: true, workflow: PhantomData }
    }
}

impl<W: Workflow> Execution<W> {
    pub(super) fn new(connection: Connection, arn: Arn) -> Self {
        Self { connection, arn, is_new: false, workflow: PhantomData }
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(super) fn is_new(&self) -> bool {
        self.is_new
    }

    /// The execution's ARN.
    pub fn arn(&self) -> &Arn {
        &self.arn
    }

    /// The execution's name, which is the last part of its ARN.
    pub fn name(&self) -> &str {
        self.arn.as_str().rsplit(':').next().unwrap_or_default()
    }

    /// How the execution stands.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html>.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of any call.
    pub async fn describe(&self) -> Result<ExecutionDescription<W>, Error> {
        const OPERATION: &str = "DescribeExecution";
        let request = self.connection.sfn.describe_execution().execution_arn(self.arn.as_str());
        let answer = call!("DescribeExecution", execution = self.arn, request.send())
            .map_err(|error| Error::of_call(OPERATION, error))?;
        Error::required(OPERATION, answer.execution_arn())?;
        Ok(ExecutionDescription { answer, workflow: PhantomData })
    }

    /// Waits until the execution has ended, and gives its output: await it, or first say how long.
    ///
    /// What passes is sat out: throttling, errors of the server, lost connections. See [`Wait`] for the limits.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`], [`Error::TimedOut`], [`Error::Aborted`], [`Error::Output`], [`Error::StillRunning`], and what
    /// [`Error`] says of any call.
    pub fn wait(&self) -> Wait<W> {
        Wait::new(self.clone())
    }

    /// The same, with other pauses.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    pub fn wait_with(&self, backoff: Backoff) -> Wait<W> {
        self.wait().backoff(backoff)
    }

    /// Stops the execution, with an error name (at most 256 characters) and a cause (at most 32,768) for its history.
    /// One that has ended already is no error.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html>.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of any call.
    pub async fn stop(&self, error: Option<&str>, cause: Option<&str>) -> Result<(), Error> {
        let request = self
            .connection
            .sfn
            .stop_execution()
            .execution_arn(self.arn.as_str())
            .set_error(error.map(str::to_owned))
            .set_cause(cause.map(str::to_owned));
        call!("StopExecution", execution = self.arn, request.send())
            .map_err(|error| Error::of_call("StopExecution", error))?;
        Ok(())
    }

    /// The execution's history so far, oldest event first unless told otherwise, fetched a page at a time as it is read.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html>.
    pub fn history(&self) -> History<W> {
        History::new(self.connection.clone(), self.arn.clone())
    }
}

impl<W: Workflow> Execution<W> {
    /// The page of the execution in AWS's console.
    pub fn console(&self) -> Option<String> {
        console_page(self.arn.as_str())
    }

    /// The definition and the role that this execution runs on, which may be older than the state machine's.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachineForExecution.html>.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of any call.
    pub async fn describe_machine(&self) -> Result<DescribeStateMachineForExecutionOutput, Error> {
        let request = self.connection.sfn.describe_state_machine_for_execution().execution_arn(self.arn.as_str());
        call!("DescribeStateMachineForExecution", execution = self.arn, request.send())
            .map_err(|error| Error::of_call("DescribeStateMachineForExecution", error))
    }

    /// Has an execution that did not succeed go on from the states that failed, with the definition that it started with.
    /// Sent again when its answer is lost, it redrives once.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html> for what can be redriven, and for how
    /// long.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of any call.
    pub async fn redrive(&self) -> Result<(), Error> {
        let request = self.connection.sfn.redrive_execution().execution_arn(self.arn.as_str());
        let request = request.client_token(Uuid::new_v4().to_string());
        call!("RedriveExecution", execution = self.arn, request.send())
            .map_err(|error| Error::of_call("RedriveExecution", error))?;
        Ok(())
    }

    /// The state in which an execution ended that did not succeed: the innermost, of branches and iterations. `None` where the
    /// history does not name one.
    ///
    /// Reads the history backwards, however long ago the state was entered.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of any call.
    pub async fn failed_state(&self) -> Result<Option<String>, Error> {
        let mut history = self.history().newest_first().without_data();
        let mut wanted = None;
        while let Some(event) = history.next().await? {
            if wanted.is_some_and(|wanted| wanted != event.id()) {
                continue;
            }
            if wanted.is_some()
                && let Some(state) = event.entered_or_evaluated()
            {
                return Ok(Some(state.to_owned()));
            }
            wanted = Some(event.previous_id()).filter(|id| *id > 0);
            if wanted.is_none() {
                return Ok(None);
            }
        }
        Ok(None)
    }
}

impl<W> Clone for Execution<W> {
    fn clone(&self) -> Self {
        Self { connection: self.connection.clone(), arn: self.arn.clone(), is_new: self.is_new, workflow: PhantomData }
    }
}

impl<W> fmt::Debug for Execution<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Execution").field("arn", &self.arn).finish_non_exhaustive()
    }
}

/// How an execution stood when it was described.
pub struct ExecutionDescription<W> {
    answer: DescribeExecutionOutput,
    workflow: PhantomData<fn() -> W>,
}

impl<W: Workflow> ExecutionDescription<W> {
    /// Running, succeeded, failed, timed out, aborted, or waiting for a redrive.
    pub fn status(&self) -> &ExecutionStatus {
        self.answer.status()
    }

    /// When it started.
    pub fn started(&self) -> &DateTime {
        self.answer.start_date()
    }

    /// When it ended, if it has.
    pub fn stopped(&self) -> Option<&DateTime> {
        self.answer.stop_date()
    }

    /// The input it was started with.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] when it is not of the workflow's type, [`Error::NotIncluded`] when the answer does not have it.
    pub fn input(&self) -> Result<W::Input, Error> {
        let text = self.answer.input().ok_or(Error::NotIncluded { payload: "input" })?;
        serde_json::from_str(text).map_err(|error| Error::Input(Mismatch::new(text, &error)))
    }

    /// The output, when it has succeeded.
    ///
    /// # Errors
    ///
    /// [`Error::Output`] when it is not of the workflow's type, [`Error::NotIncluded`] when the answer does not have it.
    pub fn output(&self) -> Result<Option<W::Output>, Error> {
        match self.status() {
            ExecutionStatus::Succeeded => output_of(self.answer.output()).map(Some),
            _ => Ok(None),
        }
    }

    /// The error's name, when it did not succeed and there is one.
    pub fn error(&self) -> Option<&str> {
        self.answer.error()
    }

    /// What was said of the error, when it did not succeed and there is something.
    pub fn cause(&self) -> Option<&str> {
        self.answer.cause()
    }

    /// All that the SDK has.
    pub fn sdk(&self) -> &DescribeExecutionOutput {
        &self.answer
    }

    /// The result when it has ended, `None` as long as it has not.
    pub(super) fn ended(&self) -> Option<Result<W::Output, Error>> {
        let (error, cause) = failure(self.error(), self.cause());
        let (state, console) = (None, console_page(self.answer.execution_arn()));
        match self.status() {
            ExecutionStatus::Running | ExecutionStatus::PendingRedrive => None,
            ExecutionStatus::Succeeded => Some(output_of(self.answer.output())),
            ExecutionStatus::Failed => Some(Err(Error::Failed { error, cause, state, console })),
            ExecutionStatus::TimedOut => Some(Err(Error::TimedOut { error, cause, state, console })),
            ExecutionStatus::Aborted => Some(Err(Error::Aborted { error, cause, state, console })),
            other => Some(Err(Error::UnknownStatus { status: other.as_str().to_owned() })),
        }
    }
}

impl<W> fmt::Debug for ExecutionDescription<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.answer.fmt(f)
    }
}

/// The output of an execution that has succeeded.
pub(super) fn output_of<T: DeserializeOwned>(text: Option<&str>) -> Result<T, Error> {
    fits(text.ok_or(Error::NotIncluded { payload: "output" })?)
}

/// An output as `T`.
pub(super) fn fits<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| Error::Output(Mismatch::new(text, &error)))
}

/// The name and the cause of an error.
pub(super) fn failure(error: Option<&str>, cause: Option<&str>) -> (Option<String>, Option<Sensitive>) {
    (error.map(str::to_owned), cause.map(|cause| cause.to_owned().into()))
}
