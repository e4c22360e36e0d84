//! Task tokens, with which anyone who has one can answer the task.

use std::fmt;
use std::marker::PhantomData;
use std::pin::pin;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;

use super::activity::{Work, written};
use super::first::{Either, first};
use crate::client::call::call;
use crate::client::connection::Connection;
use crate::client::{Backoff, Error};
use crate::{Json, Sensitive, TaskFailure};

/// How long an answer is retried while every attempt fails with a transient error.
const OUTAGE: Duration = Duration::from_secs(300);

/// The longest cause that the API accepts.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html>
const CAUSE_CHARS: usize = 32_768;

/// The longest error name that the API accepts.
const ERROR_CHARS: usize = 256;

/// The token of a task that waits for an answer of the type `T`, from a callback or an activity.
///
/// ```no_run
/// # use workflow_runtime::client::Error;
/// # use workflow_runtime::worker::TaskToken;
/// # use workflow_runtime::{Arn, workflow};
/// workflow! {
///     pub workflow Buy {
///         params { queue: String }
///         input { order: String }
///         struct Decision { approved: bool }
///         task Approve = sqs::sendMessage<Decision>.waitForTaskToken {
///             QueueUrl: params.queue,
///             MessageBody: { order: input.order, token: context.Task.Token },
///         } timeout 7d -> end;
///     }
/// }
///
/// # async fn decide(sfn: workflow_runtime::aws_sdk_sfn::Client, token: String) -> Result<(), Error> {
/// let token = TaskToken::<Decision>::new(sfn, token);
/// token.succeed(&Decision { approved: true }).await
/// # }
/// ```
///
/// If the task no longer exists (it timed out, its execution has ended, or it was already answered), calls fail with
/// [`Error::Refused`] and the code `TaskTimedOut`, `TaskDoesNotExist` or `InvalidToken`.
///
/// `Debug` omits the token, because anyone who reads it can answer the task.
pub struct TaskToken<T = Json> {
    connection: Connection,
    token: Sensitive,
    takes: PhantomData<fn(T)>,
}

/// The result of work that was done for a task token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answered {
    /// The task succeeded.
    Succeeded,
    /// The task failed because the work failed.
    Failed,
    /// The task no longer exists: it timed out, or its execution has ended.
    Gone,
}

impl<T> TaskToken<T> {
    /// Creates a task token from its text.
    pub fn new(sfn: aws_sdk_sfn::Client, token: impl Into<String>) -> Self {
        Self::with(Connection::new(sfn), token.into())
    }

    pub(super) fn with(connection: Connection, token: String) -> Self {
        Self { connection, token: token.into(), takes: PhantomData }
    }

    /// Returns the token's text.
    pub fn as_str(&self) -> &str {
        &self.token
    }

    /// Completes the task successfully with this output, of at most 262,144 bytes of JSON.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html>.
    ///
    /// # Errors
    ///
    /// Returns [`Error::InputJson`] if the output cannot be serialized as JSON, or another [`Error`] of the call.
    pub async fn succeed(&self, output: &T) -> Result<(), Error>
    where
        T: Serialize,
    {
        let output = serde_json::to_string(output)
            .map_err(|error| Error::InputJson { reason: Sensitive::from(error.to_string()) })?;
        self.send_success(output).await
    }

    async fn send_success(&self, output: String) -> Result<(), Error> {
        let request = self.connection.sfn.send_task_success().task_token(self.as_str()).output(output);
        call!("SendTaskSuccess", request.send()).map(drop).map_err(|error| Error::of_call("SendTaskSuccess", error))
    }

    /// Completes the task with a failure.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html>.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn fail(&self, failure: &TaskFailure) -> Result<(), Error> {
        let request = self
            .connection
            .sfn
            .send_task_failure()
            .task_token(self.as_str())
            .error(cut(failure.error(), ERROR_CHARS))
            .set_cause(failure.cause().map(|cause| cut(cause, CAUSE_CHARS).to_owned()));
        call!("SendTaskFailure", request.send()).map(drop).map_err(|error| Error::of_call("SendTaskFailure", error))
    }

    /// Reports that the task is still being worked on. Its heartbeat counts from now.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskHeartbeat.html>.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn heartbeat(&self) -> Result<(), Error> {
        let request = self.connection.sfn.send_task_heartbeat().task_token(self.as_str());
        call!("SendTaskHeartbeat", request.send()).map(drop).map_err(|error| Error::of_call("SendTaskHeartbeat", error))
    }

    /// Does the work, sends a heartbeat every `heartbeat`, and finally sends the result. The work is dropped if its
    /// task no longer exists.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the answer could not be sent.
    pub async fn work<E: Into<TaskFailure>>(
        &self,
        heartbeat: Option<Duration>,
        work: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Result<Answered, Error>
    where
        T: Serialize,
    {
        let work = Box::pin(async move { work.await.map_err(Into::into).and_then(|output| written(&output)) });
        let retry = Retry { backoff: Backoff::default(), jitter: &super::random };
        self.run(heartbeat, work, None, std::future::pending(), retry).await
    }

    /// Runs the work in its own tokio task, so that a panic is a failure and dropping this future drops the work. If
    /// `stopped` completes first, the task is handed back. If the task no longer exists and the work listens to `cancel`,
    /// it may go on for a while.
    pub(super) async fn run(
        &self,
        heartbeat: Option<Duration>,
        work: Work,
        cancel: Option<(watch::Sender<bool>, Duration)>,
        stopped: impl Future<Output = ()>,
        retry: Retry<'_>,
    ) -> Result<Answered, Error> {
        let mut work = Spawned(tokio::spawn(work));
        // The task waits for heartbeats as long as it waits for the answer.
        let (mut gone, mut stopped) = (pin!(self.until_gone(heartbeat)), pin!(stopped));
        let outcome = match first(first(&mut work.0, stopped.as_mut()), gone.as_mut()).await {
            Either::Right(()) => {
                if let Some((cancel, grace)) = cancel
                    && cancel.send(true).is_ok()
                {
                    let _ = self.connection.within(grace, first(&mut work.0, stopped)).await;
                }
                return Ok(Answered::Gone);
            }
            Either::Left(Either::Right(())) => Err(TaskFailure::new(TaskFailure::SHUT_DOWN)),
            Either::Left(Either::Left(Ok(outcome))) => outcome,
            Either::Left(Either::Left(Err(_))) => Err(TaskFailure::new(TaskFailure::PANICKED)),
        };
        drop(work);
        match first(self.answer(outcome, retry), gone).await {
            Either::Left(answered) => answered,
            Either::Right(()) => Ok(Answered::Gone),
        }
    }

    /// Sends heartbeats until the task no longer exists. A heartbeat that fails otherwise is ignored; others follow.
    async fn until_gone(&self, heartbeat: Option<Duration>) {
        let Some(every) = heartbeat else { return std::future::pending().await };
        loop {
            self.connection.sleep(every).await;
            if let Some(Err(error)) = self.connection.within(every, self.heartbeat()).await
                && is_gone(&error)
            {
                return;
            }
        }
    }

    /// Sends the answer, and retries transient errors.
    async fn answer(&self, mut outcome: Result<String, TaskFailure>, retry: Retry<'_>) -> Result<Answered, Error> {
        let began = self.connection.now();
        let mut pauses = retry.backoff.pauses();
        loop {
            let sent = match &outcome {
                Ok(output) => self.send_success(output.clone()).await.map(|()| Answered::Succeeded),
                Err(failure) => self.fail(failure).await.map(|()| Answered::Failed),
            };
            let error = match sent {
                Ok(answered) => return Ok(answered),
                Err(error) => error,
            };
            if is_gone(&error) {
                return Ok(Answered::Gone);
            }
            if outcome.is_ok() && ["InvalidOutput", "ValidationException"].iter().any(|code| error.has_code(code)) {
                outcome = Err(TaskFailure::new(TaskFailure::INVALID_OUTPUT)
                    .with_cause("the output is too long or invalid for Step Functions"));
                continue;
            }
            if !error.is_transient() || self.connection.since(began) >= OUTAGE {
                return Err(error);
            }
            self.connection.sleep(retry.pause(pauses.next())).await;
        }
    }
}

/// Returns whether the task no longer waits for the answer.
fn is_gone(error: &Error) -> bool {
    ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"].iter().any(|code| error.has_code(code))
}

/// Returns the first characters of a string.
fn cut(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// How to retry.
#[derive(Clone, Copy)]
pub(super) struct Retry<'r> {
    pub(super) backoff: Backoff,
    pub(super) jitter: &'r (dyn Fn() -> f64 + Send + Sync),
}

impl Retry<'_> {
    /// Returns a pause with jitter: a random part of it.
    pub(super) fn pause(&self, pause: Option<Duration>) -> Duration {
        let factor = (self.jitter)().clamp(0.0, 1.0);
        pause.unwrap_or(self.backoff.longest).mul_f64(if factor.is_nan() { 1.0 } else { factor })
    }
}

/// A tokio task that is aborted when its handle is dropped.
struct Spawned<T>(tokio::task::JoinHandle<T>);

impl<T> Drop for Spawned<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<T> Clone for TaskToken<T> {
    fn clone(&self) -> Self {
        Self { connection: self.connection.clone(), token: self.token.clone(), takes: PhantomData }
    }
}

impl<T> fmt::Debug for TaskToken<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskToken").field("token", &self.token).finish_non_exhaustive()
    }
}
