//! A writer within the runtime of a simulation: its commits follow from the seed, not from a thread.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;

use super::{AGAIN, IDLE, Journal, Queue, Reader, RedbBackend, Write, lock};

/// The backend, and the writes of a failed commit.
#[derive(Default)]
pub(super) struct Writer {
    held: Mutex<Option<(RedbBackend, Vec<Write>)>>,
    pub(super) changed: Notify,
}

impl Writer {
    pub(super) fn is_used(&self) -> bool {
        lock(&self.held).is_some()
    }
}

impl Journal {
    /// Returns a journal whose commits each take this time.
    pub(crate) fn simulated(
        backend: RedbBackend,
        reader: Arc<dyn Reader>,
        takes: impl Fn() -> Duration + Send + 'static,
    ) -> Self {
        let queue = Queue::new(reader);
        *lock(&queue.simulated.held) = Some((backend, Vec::new()));
        let own = Arc::clone(&queue);
        tokio::spawn(async move {
            while own.simulated.is_used() {
                let wait = if own.commits() { IDLE } else { AGAIN };
                let _ = tokio::time::timeout(wait, own.simulated.changed.notified()).await;
                tokio::time::sleep(takes()).await;
            }
        });
        Self(Some(queue))
    }
}

impl Queue {
    /// Commits what is queued. Returns whether nothing is left.
    fn commits(&self) -> bool {
        let mut held = lock(&self.simulated.held);
        let Some((backend, batch)) = held.as_mut() else { return true };
        let mut waiting = lock(&self.waiting);
        batch.append(&mut waiting.writes);
        let queued = waiting.queued;
        drop(waiting);
        batch.is_empty() || self.commit(backend, batch, queued) != Some(false)
    }

    pub(super) fn close_simulated(&self) {
        self.commits();
        lock(&self.simulated.held).take();
    }
}
