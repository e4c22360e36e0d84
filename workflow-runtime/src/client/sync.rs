//! Express workflows that are run for their output.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use aws_sdk_sfn::operation::start_sync_execution::StartSyncExecutionOutput;
use aws_sdk_sfn::primitives::DateTime;
use aws_sdk_sfn::types::SyncExecutionStatus;

use super::call::call;
use super::console::console_page;
use super::execution::{failure, output_of};
use super::machine::json;
use super::{Error, StateMachine};
use crate::{Arn, Express, Workflow};

impl<W: Workflow<Kind = Express>> StateMachine<W> {
    /// Runs the workflow and gives its output.
    ///
    /// The SDK sends the request again when its answer was lost, and the workflow then runs twice; retries that the SDK's
    /// configuration disables leave it at most once.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html>. The SDK
    /// sends it to the endpoint's host with `sync-` before it; a server on loopback has no such name, and
    /// `Server::sfn_config()` of the project's own takes care of it.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`], [`Error::TimedOut`], [`Error::Output`], [`Error::InputJson`], and what [`Error`] says of any
    /// call.
    pub fn run(&self, input: &W::Input) -> impl Future<Output = Result<W::Output, Error>> + Send + use<W> {
        let ran = self.execute(input);
        async move { ran.await?.output() }
    }

    /// The same, and gives all that the service says of the execution: its ARN, its times, what is billed.
    ///
    /// # Errors
    ///
    /// [`Error::InputJson`], and what [`Error`] says of any call; how the execution ended, [`SyncExecution::output`] says.
    pub fn execute(&self, input: &W::Input) -> impl Future<Output = Result<SyncExecution<W>, Error>> + Send + use<W> {
        const OPERATION: &str = "StartSyncExecution";
        let (machine, input) = (self.clone(), json(input));
        async move {
            let input = input?;
            let request = machine.connection.sfn.start_sync_execution();
            let request = request.state_machine_arn(machine.arn().as_str()).input(input);
            let answer = call!("StartSyncExecution", machine = machine.arn(), request.send())
                .map_err(|error| Error::of_call(OPERATION, error))?;
            let arn = Arn::from(Error::required(OPERATION, answer.execution_arn())?);
            Ok(SyncExecution { arn, answer, workflow: PhantomData })
        }
    }
}

/// An Express execution that was waited for.
pub struct SyncExecution<W> {
    arn: Arn,
    answer: StartSyncExecutionOutput,
    workflow: PhantomData<fn() -> W>,
}

/// What an Express execution is billed for.
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
    /// The execution's ARN.
    pub fn arn(&self) -> &Arn {
        &self.arn
    }

    /// The output, or how the execution ended.
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

    /// What is billed, where the service says so.
    pub fn billing(&self) -> Option<Billing> {
        let details = self.answer.billing_details()?;
        let count = |count: i64| u64::try_from(count).unwrap_or_default();
        Some(Billing {
            duration: Duration::from_millis(count(details.billed_duration_in_milliseconds())),
            memory_mb: count(details.billed_memory_used_in_mb()),
        })
    }

    /// When it started.
    pub fn started(&self) -> &DateTime {
        self.answer.start_date()
    }

    /// When it ended.
    pub fn stopped(&self) -> &DateTime {
        self.answer.stop_date()
    }

    /// All that the SDK has.
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
