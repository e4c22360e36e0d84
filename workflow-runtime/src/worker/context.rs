//! Facts about a task for the work that does it.

use std::time::{Duration, SystemTime};

use tokio::sync::watch;

use crate::client::connection::Connection;

/// What a worker knows about a task, for work that was added with [`Worker::activity_with`](super::Worker::activity_with).
///
/// The API does not say which attempt a task is. Let the workflow send it in the task's input:
/// `activity(params.packers) { retries: context.State.RetryCount }`.
#[derive(Clone)]
pub struct TaskContext {
    pub(super) connection: Connection,
    pub(super) deadline: Option<SystemTime>,
    pub(super) cancelled: watch::Receiver<bool>,
}

impl TaskContext {
    /// Returns when the task times out, by the clock of the SDK's client: the [`timeout`](super::Activity::timeout) of
    /// the activity after the task arrived. The service's own clock starts a moment earlier, when it sends the task.
    #[must_use]
    pub fn deadline(&self) -> Option<SystemTime> {
        self.deadline
    }

    /// Returns the time until the deadline, or zero after it.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.duration_since(self.connection.now()).unwrap_or_default())
    }

    /// Completes when a heartbeat was told that the task no longer exists: it timed out, or its execution ended. Nobody
    /// waits for its result then, and the work may end in its own way, within the worker's
    /// [`grace`](super::Worker::grace). Then it is dropped. Without heartbeats, the worker does not learn it.
    ///
    /// It also completes when the worker is done with the task, for tasks that the work has spawned.
    pub async fn cancelled(&self) {
        super::poll::told(self.cancelled.clone()).await;
    }

    /// Returns whether the task no longer exists. See [`cancelled`](Self::cancelled).
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        *self.cancelled.borrow()
    }
}

impl std::fmt::Debug for TaskContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TaskContext")
            .field("deadline", &self.deadline)
            .field("is_cancelled", &self.is_cancelled())
            .finish_non_exhaustive()
    }
}
