//! Polls an activity for tasks, as long as a slot is free.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Semaphore, watch};
use tokio::task::JoinSet;

use super::activity::{Activity, Handles};
use super::first::{Either, first};
use super::token::{Answered, Retry, TaskToken};
use super::{Metrics, TaskContext};
use crate::Json;
use crate::client::call::call;
use crate::client::connection::Connection;
use crate::client::{Backoff, Error};

/// The state that the pollers of a worker share.
pub(super) struct Shared {
    pub(super) connection: Connection,
    pub(super) name: Option<String>,
    pub(super) permits: Arc<Semaphore>,
    /// The least time between two starts.
    pub(super) pace: Duration,
    /// Locked while the last start is too recent.
    pub(super) gate: Mutex<()>,
    pub(super) metrics: Metrics,
    pub(super) grace: Duration,
    pub(super) backoff: Backoff,
    pub(super) jitter: Arc<dyn Fn() -> f64 + Send + Sync>,
}

impl Shared {
    fn retry(&self) -> Retry<'_> {
        Retry { backoff: self.backoff, jitter: &*self.jitter }
    }
}

/// Takes the tasks of one activity.
pub(super) struct Poller {
    pub(super) shared: Arc<Shared>,
    pub(super) activity: Activity,
    pub(super) handles: Arc<Handles>,
    pub(super) stopping: watch::Receiver<bool>,
}

/// A task to be done.
struct ActivityTask {
    token: String,
    input: String,
}

impl Poller {
    /// Takes tasks until it is told to stop or a poll is rejected permanently, then waits for its tasks.
    pub(super) async fn run(self) -> Result<(), Error> {
        let mut tasks = JoinSet::new();
        let (hand_back, handed_back) = watch::channel(false);
        let result = match first(told(self.stopping.clone()), self.take(&mut tasks, &handed_back)).await {
            Either::Left(()) => Ok(()),
            Either::Right(error) => Err(error),
        };
        let drained = async { while tasks.join_next().await.is_some() {} };
        if self.shared.connection.within(self.shared.grace, drained).await.is_none() {
            hand_back.send_replace(true);
            while tasks.join_next().await.is_some() {}
        }
        result
    }

    /// Takes tasks until a poll is rejected permanently.
    async fn take(&self, tasks: &mut JoinSet<()>, handed_back: &watch::Receiver<bool>) -> Error {
        let shared = &self.shared;
        let mut pauses = shared.backoff.pauses();
        loop {
            while tasks.try_join_next().is_some() {}
            // Reserved before the poll, so that it only takes tasks that it can do.
            let Ok(permit) = Arc::clone(&shared.permits).acquire_owned().await else {
                return std::future::pending().await;
            };
            drop(shared.gate.lock().await);
            match self.poll().await {
                Ok(Some(taken)) => {
                    pauses = shared.backoff.pauses();
                    shared.metrics.count(|counts| counts.taken += 1);
                    let work = self.work(taken, handed_back.clone());
                    tasks.spawn(async move {
                        work.await;
                        drop(permit);
                    });
                    if !shared.pace.is_zero() {
                        let _closed = shared.gate.lock().await;
                        shared.connection.sleep(shared.pace).await;
                    }
                }
                Ok(None) => pauses = shared.backoff.pauses(),
                Err(error) if error.is_transient() => {
                    drop(permit);
                    shared.metrics.count(|counts| counts.failed_polls += 1);
                    let pause = shared.retry().pause(pauses.next());
                    #[cfg(feature = "tracing")]
                    tracing::warn!(activity = %self.activity.arn, %error, ?pause, "the poll failed");
                    shared.connection.sleep(pause).await;
                }
                Err(error) => return error,
            }
        }
    }

    /// Waits up to a minute for a task.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html>
    async fn poll(&self) -> Result<Option<ActivityTask>, Error> {
        let Shared { connection, name, .. } = &*self.shared;
        let arn = &self.activity.arn;
        let request = connection.sfn.get_activity_task().activity_arn(arn.as_str()).set_worker_name(name.clone());
        let answer = call!("GetActivityTask", activity = arn, request.send())
            .map_err(|error| Error::of_call("GetActivityTask", error))?;
        let token = answer.task_token.filter(|token| !token.is_empty());
        Ok(token.map(|token| ActivityTask { token, input: answer.input.unwrap_or_default() }))
    }

    /// Does the work for a task and answers it.
    fn work(&self, taken: ActivityTask, handed_back: watch::Receiver<bool>) -> impl Future<Output = ()> + Send + use<> {
        let (shared, handles, activity) = (Arc::clone(&self.shared), Arc::clone(&self.handles), self.activity.clone());
        #[cfg(feature = "tracing")]
        let span = tracing::info_span!("activity_task", activity = %activity.arn);
        #[cfg(feature = "tracing")]
        let inner = span.clone();
        let done = async move {
            #[cfg(feature = "tracing")]
            {
                tracing::debug!(activity = %activity.arn, "took a task");
                tracing::trace!(activity = %activity.arn, input = taken.input, "its input");
            }
            let connection = shared.connection.clone();
            let deadline = activity.timeout.and_then(|time| connection.now().checked_add(time));
            let (cancel, cancelled) = watch::channel(false);
            let context = TaskContext { connection: connection.clone(), deadline, cancelled };
            let token = TaskToken::<Json>::with(connection, taken.token);
            let input = taken.input;
            // Called inside the work, so that a panic of the closure itself counts as one of the work.
            let work = async move { handles(&input, context).await };
            #[cfg(feature = "tracing")]
            let work = tracing::Instrument::instrument(work, inner);
            let cancel = Some((cancel, shared.grace));
            let stopped = told(handed_back);
            let answered = token.run(activity.heartbeat, Box::pin(work), cancel, stopped, shared.retry()).await;
            shared.metrics.answered(&answered);
            tell(&activity, &answered);
        };
        #[cfg(feature = "tracing")]
        let done = tracing::Instrument::instrument(done, span);
        done
    }
}

/// Completes when a channel sends a value or is closed.
pub(super) async fn told(mut channel: watch::Receiver<bool>) {
    let _ = channel.wait_for(|told| *told).await;
}

#[cfg(feature = "tracing")]
fn tell(activity: &Activity, answered: &Result<Answered, Error>) {
    match answered {
        Ok(answered) => tracing::debug!(activity = %activity.arn, ?answered, "answered a task"),
        Err(error) => tracing::error!(activity = %activity.arn, %error, "a task could not be answered"),
    }
}

#[cfg(not(feature = "tracing"))]
fn tell(_: &Activity, _: &Result<Answered, Error>) {}
