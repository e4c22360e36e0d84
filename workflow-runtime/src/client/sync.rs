//! Synchronous Express workflows, run for their output.

use std::fmt;
use std::marker::PhantomData;
use std::time::{Duration, SystemTime};

use aws_sdk_sfn::operation::start_sync_execution::StartSyncExecutionOutput;
use aws_sdk_sfn::types::SyncExecutionStatus;

use super::call::call;
use super::console::console_page;
use super::execution::{failure, output_of};
use super::machine::json;
use super::status::time;
use super::{Error, StateMachine};
use crate::{Arn, Express, MachineType, Workflow};

impl<W: Workflow<Kind = Express>> StateMachine<W> {
    /// Lets the SDK send a request again whose answer was lost: the workflow may then run twice.
    #[must_use]
    pub fn repeating(mut self) -> Self {
        self.connection.repeats = true;
        self
    }

    /// Runs the workflow and returns its output.
    ///
    /// It runs at most once: if the answer is lost, the request is not sent again, and the error names the execution that
    /// may have started. See [`repeating`](Self::repeating).
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html>. The SDK sends
    /// the request to the endpoint's host with the prefix `sync-`. A server on loopback has no such name; this
    /// project's `Server::sfn_config()` handles that.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`], [`Error::TimedOut`], [`Error::Output`], [`Error::InputJson`], or another [`Error`] of the
    /// call.
    pub fn run(&self, input: &W::Input) -> impl Future<Output = Result<W::Output, Error>> + Send + use<W> {
        let ran = self.execute(input);
        async move { ran.await?.output() }
    }

    /// Like [`run`](Self::run), but returns all that the service reports about the execution: its ARN, its times, its
    /// billing.
    ///
    /// # Errors
    ///
    /// [`Error::InputJson`], [`Error::InputConstraint`], or another [`Error`] of the call. [`SyncExecution::output`] returns how the execution
    /// ended.
    pub fn execute(&self, input: &W::Input) -> impl Future<Output = Result<SyncExecution<W>, Error>> + Send + use<W> {
        self.execute_named(&self.connection.names.next(), input)
    }

    /// Like [`execute`](Self::execute), with a name of 1 to 80 characters. The name prevents no duplicates.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute).
    pub fn execute_named(
        &self,
        name: &str,
        input: &W::Input,
    ) -> impl Future<Output = Result<SyncExecution<W>, Error>> + Send + use<W> {
        const OPERATION: &str = "StartSyncExecution";
        let (machine, name, input) = (self.clone(), name.to_owned(), json::<W>(input));
        async move {
            let input = input?;
            let request = machine.connection.sfn.start_sync_execution();
            let request = request.state_machine_arn(machine.arn().as_str()).name(&name).input(input);
            let request = request.customize().config_override(machine.connection.start_of(MachineType::Express));
            let answer = call!("StartSyncExecution", machine = machine.arn(), request.send())
                .map_err(|error| Error::of_call(OPERATION, error).may_have_started(&name))?;
            let arn = Arn::from(Error::required(OPERATION, answer.execution_arn())?);
            Ok(SyncExecution { arn, answer, workflow: PhantomData })
        }
    }
}

/// A finished Express execution.
pub struct SyncExecution<W> {
    arn: Arn,
    answer: StartSyncExecutionOutput,
    workflow: PhantomData<fn() -> W>,
}

/// The billed resources of an Express execution.
///
/// See <https://aws.amazon.com/step-functions/pricing/>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Billing {
    /// The time, in steps of 100 ms.
    pub duration: Duration,
    /// The memory, in steps of 64 MB.
    pub memory_mb: u64,
}

impl<W: Workflow> SyncExecution<W> {
    /// Returns the execution's ARN.
    pub fn arn(&self) -> &Arn {
        &self.arn
    }

    /// Returns the output, or the error with which the execution ended.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`], [`Error::TimedOut`], [`Error::Output`], [`Error::NotIncluded`].
    pub fn output(&self) -> Result<W::Output, Error> {
        let (error, cause) = failure(self.answer.error(), self.answer.cause());
        let (state, console) = (None, console_page(self.arn.as_str()));
        match self.answer.status() {
            SyncExecutionStatus::Succeeded => output_of(self.answer.output()),
            SyncExecutionStatus::Failed => Err(Error::Failed { error, cause, state, console }),
            SyncExecutionStatus::TimedOut => Err(Error::TimedOut { error, cause, state, console }),
            other => Err(Error::UnknownStatus { status: other.as_str().to_owned() }),
        }
    }

    /// Returns the billed resources, if the service reports them.
    pub fn billing(&self) -> Option<Billing> {
        let details = self.answer.billing_details()?;
        let count = |count: i64| u64::try_from(count).unwrap_or_default();
        Some(Billing {
            duration: Duration::from_millis(count(details.billed_duration_in_milliseconds())),
            memory_mb: count(details.billed_memory_used_in_mb()),
        })
    }

    /// Returns when it started.
    pub fn started(&self) -> SystemTime {
        time(self.answer.start_date())
    }

    /// Returns when it ended.
    pub fn stopped(&self) -> SystemTime {
        time(self.answer.stop_date())
    }

    /// Returns the SDK's full answer.
    pub fn sdk(&self) -> &StartSyncExecutionOutput {
        &self.answer
    }
}

impl<W> Clone for SyncExecution<W> {
    fn clone(&self) -> Self {
        Self { arn: self.arn.clone(), answer: self.answer.clone(), workflow: PhantomData }
    }
}

impl<W> fmt::Debug for SyncExecution<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.answer.fmt(f)
    }
}
