//! An execution of a Standard workflow: describe it, wait for it, stop it.

use std::fmt;
use std::marker::PhantomData;
use std::time::SystemTime;

use aws_sdk_sfn::operation::describe_execution::DescribeExecutionOutput;
use aws_sdk_sfn::operation::describe_state_machine_for_execution::DescribeStateMachineForExecutionOutput;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::call::call;
use super::connection::Connection;
use super::console::console_page;
use super::status::{Status, time};
use super::{Backoff, Error, History, Mismatch, Sensitive, Wait};
use crate::{Arn, Workflow};

/// The service's answer when it started an execution of the workflow `W`. [`Execution`] and
/// [`ExpressExecution`](super::ExpressExecution) are made from it.
pub struct Started<W> {
    pub(super) connection: Connection,
    pub(super) arn: Arn,
    pub(super) workflow: PhantomData<fn() -> W>,
}

/// An execution of the Standard workflow `W`.
pub struct Execution<W> {
    connection: Connection,
    arn: Arn,
    /// Whether this client started it. It then exists, even if AWS does not show it everywhere yet.
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

    /// Returns the execution's ARN.
    pub fn arn(&self) -> &Arn {
        &self.arn
    }

    /// Returns the execution's name, the last part of its ARN.
    pub fn name(&self) -> &str {
        self.arn.as_str().rsplit(':').next().unwrap_or_default()
    }

    /// Describes the current state of the execution.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html>.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn describe(&self) -> Result<ExecutionDescription<W>, Error> {
        const OPERATION: &str = "DescribeExecution";
        let request = self.connection.sfn.describe_execution().execution_arn(self.arn.as_str());
        let answer = call!("DescribeExecution", execution = self.arn, request.send())
            .map_err(|error| Error::of_call(OPERATION, error))?;
        Error::required(OPERATION, answer.execution_arn())?;
        Ok(ExecutionDescription { answer, workflow: PhantomData })
    }

    /// Waits until the execution has ended and returns its output. Await it, or set a time limit first.
    ///
    /// Transient errors are retried: throttling, server errors, lost connections. See [`Wait`] for the limits.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`], [`Error::TimedOut`], [`Error::Aborted`], [`Error::Output`], [`Error::StillRunning`], or
    /// another [`Error`] of a call.
    pub fn wait(&self) -> Wait<W> {
        Wait::new(self.clone())
    }

    /// Like [`wait`](Self::wait), with other pauses.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    pub fn wait_with(&self, backoff: Backoff) -> Wait<W> {
        self.wait().backoff(backoff)
    }

    /// Stops the execution, with an error name (at most 256 characters) and a cause (at most 32,768) for its history.
    /// Stopping an execution that has already ended is not an error.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html>.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
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

    /// Returns the execution's history so far. The oldest event comes first by default. Pages are fetched on demand.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html>.
    pub fn history(&self) -> History<W> {
        History::new(self.connection.clone(), self.arn.clone())
    }
}

impl<W: Workflow> Execution<W> {
    /// Returns the URL of the execution's page in AWS's console.
    pub fn console(&self) -> Option<String> {
        console_page(self.arn.as_str())
    }

    /// Returns the definition and the role of this execution, which may be older than the definition and role of the
    /// state machine.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachineForExecution.html>.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn describe_machine(&self) -> Result<DescribeStateMachineForExecutionOutput, Error> {
        let request = self.connection.sfn.describe_state_machine_for_execution().execution_arn(self.arn.as_str());
        call!("DescribeStateMachineForExecution", execution = self.arn, request.send())
            .map_err(|error| Error::of_call("DescribeStateMachineForExecution", error))
    }

    /// Redrives an execution that did not succeed: it continues from the failed states, with the definition that it
    /// started with. If the answer is lost and the request is sent again, the execution is redriven only once.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html> for the conditions and the
    /// time limit.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn redrive(&self) -> Result<(), Error> {
        let request = self.connection.sfn.redrive_execution().execution_arn(self.arn.as_str());
        let request = request.client_token(Uuid::new_v4().to_string());
        call!("RedriveExecution", execution = self.arn, request.send())
            .map_err(|error| Error::of_call("RedriveExecution", error))?;
        Ok(())
    }

    /// Returns the state in which an unsuccessful execution ended: the innermost one, within branches and iterations.
    /// `None` if the history does not name one.
    ///
    /// Reads the history backwards, no matter how long ago the state was entered.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
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

impl<W> fmt::Debug for Started<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Started").field("arn", &self.arn).finish_non_exhaustive()
    }
}

impl<W> fmt::Debug for Execution<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Execution").field("arn", &self.arn).finish_non_exhaustive()
    }
}

/// The description of an execution at one moment.
pub struct ExecutionDescription<W> {
    answer: DescribeExecutionOutput,
    workflow: PhantomData<fn() -> W>,
}

impl<W: Workflow> ExecutionDescription<W> {
    /// Returns the status: running, succeeded, failed, timed out, aborted, or waiting for a redrive.
    pub fn status(&self) -> Status {
        Status::of(self.answer.status())
    }

    /// Returns when it started.
    pub fn started(&self) -> SystemTime {
        time(self.answer.start_date())
    }

    /// Returns when it ended, if it has.
    pub fn stopped(&self) -> Option<SystemTime> {
        self.answer.stop_date().map(time)
    }

    /// Returns the input it was started with.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] if it does not match the workflow's type, [`Error::NotIncluded`] if the answer does not contain
    /// it.
    pub fn input(&self) -> Result<W::Input, Error> {
        let text = self.answer.input().ok_or(Error::NotIncluded { payload: "input" })?;
        serde_json::from_str(text).map_err(|error| Error::Input(Mismatch::new(text, &error)))
    }

    /// Returns the output if it has succeeded.
    ///
    /// # Errors
    ///
    /// [`Error::Output`] if it does not match the workflow's type, [`Error::NotIncluded`] if the answer does not
    /// contain it.
    pub fn output(&self) -> Result<Option<W::Output>, Error> {
        match self.status() {
            Status::Succeeded => output_of(self.answer.output()).map(Some),
            _ => Ok(None),
        }
    }

    /// Returns the error's name, if it did not succeed and has one.
    pub fn error(&self) -> Option<&str> {
        self.answer.error()
    }

    /// Returns the error's cause, if it did not succeed and has one.
    pub fn cause(&self) -> Option<&str> {
        self.answer.cause()
    }

    /// Returns the SDK's full answer.
    pub fn sdk(&self) -> &DescribeExecutionOutput {
        &self.answer
    }

    /// Returns the result if it has ended, otherwise `None`.
    pub(super) fn ended(&self) -> Option<Result<W::Output, Error>> {
        let (error, cause) = failure(self.error(), self.cause());
        let (state, console) = (None, console_page(self.answer.execution_arn()));
        match self.status() {
            Status::Running | Status::PendingRedrive => None,
            Status::Succeeded => Some(output_of(self.answer.output())),
            Status::Failed => Some(Err(Error::Failed { error, cause, state, console })),
            Status::TimedOut => Some(Err(Error::TimedOut { error, cause, state, console })),
            Status::Aborted => Some(Err(Error::Aborted { error, cause, state, console })),
            Status::Unknown => Some(Err(Error::UnknownStatus { status: self.answer.status().as_str().to_owned() })),
        }
    }
}

impl<W> fmt::Debug for ExecutionDescription<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.answer.fmt(f)
    }
}

/// Returns the output of a successful execution.
pub(super) fn output_of<T: DeserializeOwned>(text: Option<&str>) -> Result<T, Error> {
    fits(text.ok_or(Error::NotIncluded { payload: "output" })?)
}

/// Parses an output as `T`.
pub(super) fn fits<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| Error::Output(Mismatch::new(text, &error)))
}

/// Returns the name and the cause of an error.
pub(super) fn failure(error: Option<&str>, cause: Option<&str>) -> (Option<String>, Option<Sensitive>) {
    (error.map(str::to_owned), cause.map(|cause| cause.to_owned().into()))
}
