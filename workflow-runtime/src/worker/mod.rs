//! Workers for activities, and answers to task tokens.
//!
//! A [`Worker`] takes the tasks of activities and answers them, with one closure for each activity:
//!
//! ```no_run
//! use workflow_runtime::worker::{Activity, Worker};
//! use workflow_runtime::{Arn, TaskFailure, workflow};
//!
//! workflow! {
//!     pub workflow Ship {
//!         params { packers: Arn }
//!         input { order: Order }
//!         struct Order { id: String }
//!         struct Parcel { number: u64 }
//!         task Pack = activity<Parcel>(params.packers)
//!             arguments input.order
//!             timeout 1h
//!             heartbeat 1m
//!             -> end;
//!     }
//! }
//!
//! async fn pack(order: Order) -> Result<Parcel, TaskFailure> {
//!     println!("packs {}", order.id);
//!     Ok(Parcel { number: 17 })
//! }
//!
//! # async fn run(sfn: workflow_runtime::aws_sdk_sfn::Client, packers: Arn) -> Result<(), Box<dyn std::error::Error>> {
//! // The workflow provides the activity's ARN and heartbeat.
//! let definition = Ship::definition_with(&ShipParams { packers })?;
//! let worker = Worker::new(sfn).activity(Activity::of(&definition, ShipState::Pack)?, pack).concurrency(4);
//! worker.run().await?;
//! # Ok(())
//! # }
//! ```
//!
//! To answer a task token that arrived through a queue or by mail, use a [`TaskToken`].
//!
//! See <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html> and
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token>.

mod activity;
mod context;
mod first;
mod metrics;
mod poll;
mod signal;
mod token;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use activity::{Activity, NotAnActivity};
use activity::{Handles, handles};
pub use context::TaskContext;
use first::{Either, first};
pub use metrics::{Counts, Metrics};
use poll::{Poller, Shared};
use serde::Serialize;
use serde::de::DeserializeOwned;
pub use signal::terminated;
pub use token::{Answered, TaskToken};
use tokio::sync::{Mutex, Semaphore, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::TaskFailure;
use crate::client::connection::Connection;
use crate::client::{Backoff, Error};

/// Takes the tasks of activities and does the work for them.
///
/// | event | action of the worker |
/// | --- | --- |
/// | a task arrives | calls the activity's closure with its input, and sends the output |
/// | the work takes long | sends a heartbeat, three in each `HeartbeatSeconds` |
/// | the task has timed out, or its execution has ended | drops the work at the next heartbeat; with a [`TaskContext`], it may end itself |
/// | the closure fails or panics, or the input is not of its type | fails the task, with the names of [`TaskFailure`] |
/// | the service is busy or unreachable | retries, with growing pauses and jitter |
/// | the maximum number of tasks is running | takes no task |
/// | it is told to stop | takes no more tasks, finishes the current ones, and hands back tasks that are not done in time |
///
/// If a worker is killed, its tasks are delayed only until their heartbeats are due, or their timeouts if the workflow
/// has no `heartbeat`. Two workers never get the same task. Work may still be done twice: a worker that is cut off
/// continues while another one retries its task.
#[must_use = "a worker does nothing until it is run"]
pub struct Worker {
    connection: Connection,
    activities: Vec<(Activity, Arc<Handles>)>,
    name: Option<String>,
    concurrency: usize,
    pace: Duration,
    grace: Duration,
    backoff: Backoff,
    jitter: Arc<dyn Fn() -> f64 + Send + Sync>,
    metrics: Metrics,
}

impl Worker {
    /// Creates a worker that uses `sfn`, with its region, credentials, endpoint, retries, clock and HTTP client. A poll
    /// takes up to a minute, so give the client a longer timeout for each attempt.
    pub fn new(sfn: aws_sdk_sfn::Client) -> Self {
        Self {
            connection: Connection::new(sfn),
            activities: Vec::new(),
            name: None,
            concurrency: 1,
            pace: Duration::ZERO,
            grace: Duration::from_secs(25),
            backoff: Backoff::default(),
            jitter: Arc::new(random),
            metrics: Metrics::default(),
        }
    }

    /// Adds the work for an activity: a closure from the task's input to its output.
    ///
    /// With `#[handler(Workflow::State)]` on a function, rustc checks that its types match the workflow.
    pub fn activity<I, O, E, F>(self, activity: Activity, work: impl Fn(I) -> F + Send + Sync + 'static) -> Self
    where
        I: DeserializeOwned,
        O: Serialize,
        E: Into<TaskFailure>,
        F: Future<Output = Result<O, E>> + Send + 'static,
    {
        self.activity_with(activity, move |input, _| work(input))
    }

    /// Adds the work for an activity, like [`activity`](Self::activity). The closure also gets the task's deadline and
    /// learns if the task is cancelled.
    ///
    /// ```no_run
    /// # use workflow_runtime::TaskFailure;
    /// # use workflow_runtime::worker::{Activity, TaskContext, Worker};
    /// # fn add(worker: Worker, activity: Activity) -> Worker {
    /// worker.activity_with(activity, async |pages: Vec<String>, task: TaskContext| {
    ///     for page in pages {
    ///         if task.is_cancelled() || task.time_left().is_some_and(|left| left.as_secs() < 5) {
    ///             return Err(TaskFailure::new("TooLate"));
    ///         }
    ///         println!("prints {page}");
    ///     }
    ///     Ok(())
    /// })
    /// # }
    /// ```
    pub fn activity_with<I, O, E, F>(
        mut self,
        activity: Activity,
        work: impl Fn(I, TaskContext) -> F + Send + Sync + 'static,
    ) -> Self
    where
        I: DeserializeOwned,
        O: Serialize,
        E: Into<TaskFailure>,
        F: Future<Output = Result<O, E>> + Send + 'static,
    {
        self.activities.push((activity, handles(work)));
        self
    }

    /// Sets the worker's name in the history of executions, of 1 to 80 characters.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets how many tasks the worker does concurrently, over all its activities. The default is 1. At least one slot
    /// is used for each activity, because each poll reserves a slot.
    pub fn concurrency(mut self, tasks: usize) -> Self {
        self.concurrency = tasks;
        self
    }

    /// Sets the least time between the starts of two tasks, over all activities: a tenth of a second allows ten starts a
    /// second. There is none by default. Each activity has a poll of its own, so if several tasks arrive at the same
    /// moment, as many as there are activities start together; the pauses after them add up.
    pub fn pace(mut self, time: Duration) -> Self {
        self.pace = time;
        self
    }

    /// Returns the numbers that the worker counts: tasks by their results, and polls that failed.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.metrics.clone()
    }

    /// Sets how long running tasks may continue when the worker is told to stop. A task that is not done by then fails
    /// with [`TaskFailure::SHUT_DOWN`]. Work that waits for [`TaskContext::cancelled`] has the same time to end. The
    /// default is 25 seconds, five less than a container of ECS or a pod of Kubernetes has.
    pub fn grace(mut self, time: Duration) -> Self {
        self.grace = time;
        self
    }

    /// Sets the pauses after consecutive failures of the service.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// Sets the factor for each pause, from 0 to 1, so that many workers do not retry at the same time. It is random by
    /// default.
    pub fn jitter(mut self, jitter: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.jitter = Arc::new(jitter);
        self
    }

    /// Works until the process is told to end, by SIGTERM or Ctrl-C. Takes no more tasks then, and ends when the tasks it
    /// has are done or handed back. Calls [`run_until`](Self::run_until) with [`terminated()`].
    ///
    /// # Errors
    ///
    /// As [`run_until`](Self::run_until).
    pub async fn run(self) -> Result<(), Error> {
        self.run_until(terminated()).await
    }

    /// Works until `shutdown` completes, such as [`terminated()`], and then until its tasks are done or handed back.
    ///
    /// The current poll is then cancelled. If you drop the future, its tasks are lost and time out by their heartbeats.
    ///
    /// # Errors
    ///
    /// Fails if a poll is rejected permanently: the activity does not exist, or the permission `states:GetActivityTask`
    /// is missing. The tasks that it has are finished first.
    pub async fn run_until(self, shutdown: impl Future<Output = ()>) -> Result<(), Error> {
        let (stop, stopping) = watch::channel(false);
        let places = self.concurrency.max(self.activities.len()).min(Semaphore::MAX_PERMITS);
        let shared = Arc::new(Shared {
            connection: self.connection,
            name: self.name,
            permits: Arc::new(Semaphore::new(places)),
            pace: self.pace,
            gate: Mutex::new(()),
            metrics: self.metrics,
            grace: self.grace,
            backoff: self.backoff,
            jitter: self.jitter,
        });
        let mut pollers = JoinSet::new();
        for (activity, handles) in self.activities {
            let poller = Poller { shared: Arc::clone(&shared), activity, handles, stopping: stopping.clone() };
            pollers.spawn(poller.run());
        }
        let mut result = Ok(());
        if let Either::Right(Some(Ok(ended))) = first(shutdown, pollers.join_next()).await {
            result = ended;
        }
        stop.send_replace(true);
        while let Some(ended) = pollers.join_next().await {
            // A task that panicked or was aborted has no result.
            result = result.and(ended.unwrap_or(Ok(())));
        }
        result
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let activities: Vec<_> = self.activities.iter().map(|(activity, _)| activity).collect();
        f.debug_struct("Worker")
            .field("activities", &activities)
            .field("name", &self.name)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}

/// Returns a random number from 0 up to, but not including, 1.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit an f64")]
fn random() -> f64 {
    // The lower half of a random UUID has 62 random bits; the highest two are fixed.
    let (_, bits) = Uuid::new_v4().as_u64_pair();
    (bits & ((1 << 53) - 1)) as f64 / (1_u64 << 53) as f64
}
