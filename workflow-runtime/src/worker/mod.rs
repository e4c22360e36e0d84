//! Workers of activities, and answers to task tokens.
//!
//! A [`Worker`] takes the tasks of activities and answers them, one closure an activity:
//!
//! ```no_run
//! use workflow_runtime::worker::{Activity, Worker, terminated};
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
//! // The activity's ARN and its heartbeat are what the workflow says.
//! let definition = Ship::definition_with(&ShipParams { packers })?;
//! let worker = Worker::new(sfn).activity(Activity::of(&definition, ShipState::Pack)?, pack).concurrency(4);
//! worker.run_until(terminated()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Who holds a task token that came by a queue or by mail answers with a [`TaskToken`].
//!
//! See <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html> and
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token>.

mod activity;
mod first;
mod poll;
mod signal;
mod token;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use activity::{Activity, NotAnActivity};
use activity::{Handles, handles};
use first::{Either, first};
use poll::{Poller, Shared};
use serde::Serialize;
use serde::de::DeserializeOwned;
pub use signal::terminated;
pub use token::{Answered, TaskToken};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::TaskFailure;
use crate::client::connection::Connection;
use crate::client::{Backoff, Error};

/// Takes the tasks of activities and does the work for them.
///
/// | what happens | what the worker does |
/// | --- | --- |
/// | a task comes | calls the activity's closure with its input, and sends what it gives |
/// | the work takes long | sends a heartbeat, three in each `HeartbeatSeconds` |
/// | the task has timed out, or its execution has ended | drops the work at the next heartbeat |
/// | the closure fails or panics, or the input is not of its type | fails the task, with the names of [`TaskFailure`] |
/// | the service is busy or not reached | tries again, after pauses that grow and have jitter |
/// | as many tasks run as may | takes none |
/// | it is told to stop | takes no more, finishes what it has, and hands back what is not done in time |
///
/// A worker that is killed loses its tasks only until their heartbeats are due; without `heartbeat` in the workflow, until their
/// time-outs are. Two workers never get the same task. Work may be done twice all the same: a worker that is cut off goes on
/// while its task is retried by another.
#[must_use = "a worker does nothing until it is run"]
pub struct Worker {
    connection: Connection,
    activities: Vec<(Activity, Arc<Handles>)>,
    name: Option<String>,
    concurrency: usize,
    grace: Duration,
    backoff: Backoff,
    jitter: Arc<dyn Fn() -> f64 + Send + Sync>,
}

impl Worker {
    /// A worker that sends through `sfn`, with its region, credentials, endpoint, retries, clock and HTTP client. A poll is
    /// answered after up to a minute: leave the client a longer time for an attempt.
    pub fn new(sfn: aws_sdk_sfn::Client) -> Self {
        Self {
            connection: Connection::new(sfn),
            activities: Vec::new(),
            name: None,
            concurrency: 1,
            grace: Duration::from_secs(25),
            backoff: Backoff::default(),
            jitter: Arc::new(random),
        }
    }

    /// Does the work of an activity: the closure gets the task's input and gives its output.
    ///
    /// `#[handler(Workflow::State)]` on a function has rustc check that its types are those of the workflow.
    pub fn activity<I, O, E, F>(mut self, activity: Activity, work: impl Fn(I) -> F + Send + Sync + 'static) -> Self
    where
        I: DeserializeOwned,
        O: Serialize,
        E: Into<TaskFailure>,
        F: Future<Output = Result<O, E>> + Send + 'static,
    {
        self.activities.push((activity, handles(work)));
        self
    }

    /// The worker's name in the history of executions, of 1 to 80 characters.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// How many tasks it does at once, over all its activities; 1 unless set. It is at least the number of its activities, since
    /// who asks for a task keeps a place for it.
    pub fn concurrency(mut self, tasks: usize) -> Self {
        self.concurrency = tasks;
        self
    }

    /// How long tasks may go on when it is told to stop; what is not done by then fails with [`TaskFailure::SHUT_DOWN`].
    /// 25 seconds unless set: five less than a container of ECS or a pod of Kubernetes has.
    pub fn grace(mut self, time: Duration) -> Self {
        self.grace = time;
        self
    }

    /// How long to pause after the first failure of the service, and after those that follow it.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// What each pause is multiplied with, so that many workers do not come back at once: a number from 0 to 1, random unless
    /// set.
    pub fn jitter(mut self, jitter: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.jitter = Arc::new(jitter);
        self
    }

    /// Works until `shutdown` is ready, such as [`terminated()`], and then until its tasks are done or handed back.
    ///
    /// A poll that waits then is given up. Dropped, it loses what it has: the tasks time out by their heartbeats.
    ///
    /// # Errors
    ///
    /// When a poll is refused in a way that does not pass: the activity does not exist, or the permission
    /// `states:GetActivityTask` is missing. Tasks that it has by then are finished before.
    pub async fn run_until(self, shutdown: impl Future<Output = ()>) -> Result<(), Error> {
        let (stop, stopping) = watch::channel(false);
        let places = self.concurrency.max(self.activities.len()).min(Semaphore::MAX_PERMITS);
        let shared = Arc::new(Shared {
            connection: self.connection,
            name: self.name,
            permits: Arc::new(Semaphore::new(places)),
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
            // One that panicked or was aborted has nothing to say.
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

/// A random number from 0 up to, but not including, 1.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit an f64")]
fn random() -> f64 {
    // The lower half of a random UUID has 62 random bits; the highest two are fixed.
    let (_, bits) = Uuid::new_v4().as_u64_pair();
    (bits & ((1 << 53) - 1)) as f64 / (1_u64 << 53) as f64
}
