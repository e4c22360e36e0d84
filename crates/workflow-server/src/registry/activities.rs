//! The activities, the tasks that wait for a worker, and the workers that wait for a task.
//!
//! They have their own lock, because an execution checks whether an activity exists while the execution is locked.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use workflow_local::{Instant, Payload, TaskId, TaskRequest};

use super::{Resources, Tags};
use crate::executions::Run;

/// The activities of the server, by ARN.
#[derive(Default)]
pub(crate) struct Activities(pub(crate) Mutex<Resources<Activity>>);

/// An activity.
pub(crate) struct Activity {
    pub(crate) name: String,
    pub(crate) created: Instant,
    /// Its position in lists.
    pub(crate) number: u64,
    pub(crate) encryption: Value,
    pub(crate) tags: Tags,
    queue: Arc<Queue>,
}

/// The maximum number of workers that wait for tasks of one activity.
const MOST_POLLERS: usize = 1000;

/// The tasks of an activity that no worker has taken, the oldest first.
pub(crate) struct Queue {
    tasks: Mutex<VecDeque<Waiting>>,
    pollers: Semaphore,
    /// Notified of each new task, and of the end of the activity.
    pub(crate) changed: Notify,
}

/// A task that waits for a worker.
pub(crate) struct Waiting {
    /// Its execution. If the server no longer holds it, the answer is not needed.
    pub(crate) run: Weak<Run>,
    pub(crate) id: TaskId,
    pub(crate) token: Arc<str>,
    pub(crate) input: Payload,
}

impl Activity {
    pub(crate) fn new(name: &str, created: Instant, number: u64, encryption: Value, tags: Tags) -> Self {
        Self { name: name.to_owned(), created, number, encryption, tags, queue: Arc::new(Queue::new()) }
    }
}

impl Activities {
    pub(crate) fn has(&self, arn: &str) -> bool {
        self.0.lock().contains(arn)
    }

    pub(crate) fn queue(&self, arn: &str) -> Option<Arc<Queue>> {
        self.0.lock().get(arn).map(|activity| Arc::clone(&activity.queue))
    }

    /// Deletes an activity. Its workers are notified, and waiting tasks time out.
    pub(crate) fn delete(&self, arn: &str) {
        let deleted = self.0.lock().remove(arn);
        if let Some(activity) = deleted {
            activity.queue.changed.notify_waiters();
        }
    }

    /// Deletes all activities.
    pub(crate) fn clear(&self) {
        let deleted = std::mem::take(&mut *self.0.lock());
        for activity in deleted.all() {
            activity.queue.changed.notify_waiters();
        }
    }

    /// Queues a task for a worker of its activity.
    pub(crate) fn offer(&self, run: &Arc<Run>, request: &TaskRequest) {
        let (Some(queue), Some(token)) = (self.queue(&request.resource), &request.token) else { return };
        let waiting = Waiting {
            run: Arc::downgrade(run),
            id: request.id,
            token: Arc::clone(token),
            input: request.input.clone(),
        };
        queue.tasks.lock().push_back(waiting);
        queue.changed.notify_one();
    }
}

impl Queue {
    fn new() -> Self {
        Self { tasks: Mutex::default(), pollers: Semaphore::new(MOST_POLLERS), changed: Notify::new() }
    }

    /// Returns a permit for a waiting worker, or `None` if there are too many.
    pub(crate) fn poll(&self) -> Option<SemaphorePermit<'_>> {
        self.pollers.try_acquire().ok()
    }

    /// Removes and returns the task that has waited longest.
    pub(crate) fn take(&self) -> Option<Waiting> {
        self.tasks.lock().pop_front()
    }
}
