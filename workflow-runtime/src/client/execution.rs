//! One execution: described, waited for, stopped.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use aws_sdk_sfn::config::AsyncSleep as _;
use aws_sdk_sfn::operation::describe_execution::DescribeExecutionOutput;
use aws_sdk_sfn::primitives::DateTime;
use aws_sdk_sfn::types::ExecutionStatus;
use serde::de::DeserializeOwned;

use super::call::call;
use super::{Error, History};
use crate::{Arn, Workflow};

/// How long to pause between two looks at a running execution: `first`, then `factor` times as long each time,
/// `longest` at most.
///
/// AWS refills 15 (in most regions 10) calls of `DescribeExecution` a second for a whole account, so waiting for many
/// executions wants a longer `longest`: <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// The first pause.
    pub first: Duration,
    /// What each pause is multiplied with; less than 1 counts as 1.
    pub factor: f64,
    /// The longest pause.
    pub longest: Duration,
}

/// A quarter of a second, doubling up to ten seconds.
impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(250), factor: 2.0, longest: Duration::from_secs(10) }
    }
}

impl Backoff {
    fn pauses(self) -> impl Iterator<Item = Duration> {
        // `f64::max` gives the other operand for a NaN.
        let (factor, longest) = (self.factor.max(1.0), self.longest);
        std::iter::successors(Some(self.first.min(longest)), move |pause| {
            Some(Duration::try_from_secs_f64(pause.as_secs_f64() * factor).unwrap_or(longest).min(longest))
        })
    }
}

/// An execution of the workflow `W`.
pub struct Execution<W> {
    sfn: aws_sdk_sfn::Client,
    arn: Arn,
    /// Started by this client, so that it exists, even if AWS does not know it everywhere yet.
    started: bool,
    workflow: PhantomData<fn() -> W>,
}

impl<W: Workflow> Execution<W> {
    pub(super) fn new(sfn: aws_sdk_sfn::Client, arn: Arn) -> Self {
        Self { sfn, arn, started: false, workflow: PhantomData }
    }

    pub(super) fn started(sfn: aws_sdk_sfn::Client, arn: Arn) -> Self {
        Self { started: true, ..Self::new(sfn, arn) }
    }

    /// The execution's ARN.
    pub fn arn(&self) -> &Arn {
        &self.arn
    }

    /// How the execution stands. Not for Express workflows.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html>.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of any call.
    pub async fn describe(&self) -> Result<ExecutionDescription<W>, Error> {
        let request = self.sfn.describe_execution().execution_arn(self.arn.as_str());
        let answer = call!("DescribeExecution", execution = self.arn, request.send())
            .map_err(|error| Error::of_call("DescribeExecution", error))?;
        Ok(ExecutionDescription { answer, workflow: PhantomData })
    }

    /// Waits until the execution has ended, and gives its output. Not for Express workflows: see
    /// [`StateMachine::run`](super::StateMachine::run).
    ///
    /// Waits as long as the execution runs, at most a year; drop the future to wait no longer.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`], [`Error::TimedOut`], [`Error::Aborted`], [`Error::Output`], and what [`Error`] says of any
    /// call.
    pub async fn wait(&self) -> Result<W::Output, Error> {
        self.wait_with(Backoff::default()).await
    }

    /// The same, with other pauses.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    pub async fn wait_with(&self, backoff: Backoff) -> Result<W::Output, Error> {
        call!("wait", execution = self.arn, async {
            // DescribeExecution is eventually consistent: a new execution may be unknown for a moment.
            let mut unknown_looks = if self.started { 5_u32 } else { 0 };
            let mut pauses = backoff.pauses();
            loop {
                match self.describe().await {
                    Ok(description) => {
                        if let Some(output) = description.ended() {
                            return output;
                        }
                    }
                    Err(Error::Refused(refusal)) if refusal.code == "ExecutionDoesNotExist" && unknown_looks > 0 => {
                        unknown_looks -= 1;
                    }
                    Err(error) => return Err(error),
                }
                self.pause(pauses.next().unwrap_or(backoff.longest)).await;
            }
        })
    }

    async fn pause(&self, pause: Duration) {
        match self.sfn.config().sleep_impl() {
            Some(sleep) => sleep.sleep(pause).await,
            None => tokio::time::sleep(pause).await,
        }
    }

    /// Stops the execution, with an error name (at most 256 characters) and a cause (at most 32,768) for its history.
    /// Not for Express workflows. One that has ended already is no error.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html>.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of any call.
    pub async fn stop(&self, error: Option<&str>, cause: Option<&str>) -> Result<(), Error> {
        let request = self
            .sfn
            .stop_execution()
            .execution_arn(self.arn.as_str())
            .set_error(error.map(str::to_owned))
            .set_cause(cause.map(str::to_owned));
        call!("StopExecution", execution = self.arn, request.send())
            .map_err(|error| Error::of_call("StopExecution", error))?;
        Ok(())
    }

    /// The execution's history so far, oldest event first, fetched a page at a time as it is read.
    /// Not for Express workflows.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html>.
    pub fn history(&self) -> History<W> {
        History::new(self.sfn.clone(), self.arn.clone())
    }
}

impl<W> Clone for Execution<W> {
    fn clone(&self) -> Self {
        Self { sfn: self.sfn.clone(), arn: self.arn.clone(), started: self.started, workflow: PhantomData }
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
    /// [`Error::Input`] when it is not of the workflow's type.
    pub fn input(&self) -> Result<W::Input, Error> {
        let text = self.answer.input().unwrap_or("{}");
        serde_json::from_str(text).map_err(|source| Error::Input { text: text.to_owned(), source })
    }

    /// The output, when it has succeeded.
    ///
    /// # Errors
    ///
    /// [`Error::Output`] when it is not of the workflow's type.
    pub fn output(&self) -> Result<Option<W::Output>, Error> {
        self.answer.output().map(|text| output_of(Some(text))).transpose()
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
    fn ended(&self) -> Option<Result<W::Output, Error>> {
        let (error, cause) = (self.error().map(str::to_owned), self.cause().map(str::to_owned));
        match self.status() {
            ExecutionStatus::Running | ExecutionStatus::PendingRedrive => None,
            ExecutionStatus::Succeeded => Some(output_of(self.answer.output())),
            ExecutionStatus::Failed => Some(Err(Error::Failed { error, cause })),
            ExecutionStatus::TimedOut => Some(Err(Error::TimedOut { error, cause })),
            ExecutionStatus::Aborted => Some(Err(Error::Aborted { error, cause })),
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
    let text = text.unwrap_or("null");
    serde_json::from_str(text).map_err(|source| Error::Output { text: text.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_stay() {
        let seconds = |backoff: Backoff| backoff.pauses().take(5).map(|pause| pause.as_secs_f64()).collect::<Vec<_>>();
        let backoff = Backoff { first: Duration::from_secs(1), factor: 3.0, longest: Duration::from_secs(10) };
        assert_eq!(seconds(backoff), [1.0, 3.0, 9.0, 10.0, 10.0]);
        assert_eq!(seconds(Backoff { factor: 0.0, ..backoff }), [1.0; 5]);
        assert_eq!(seconds(Backoff { factor: f64::NAN, ..backoff }), [1.0; 5]);
        assert_eq!(seconds(Backoff { factor: f64::INFINITY, ..backoff })[1..], [10.0; 4]);
        assert_eq!(seconds(Backoff { first: Duration::from_secs(60), ..backoff }), [10.0; 5]);
    }
}
