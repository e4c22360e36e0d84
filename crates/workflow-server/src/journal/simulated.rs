//! A writer within the runtime of a simulation: its commits follow from the seed, not from a thread.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::{AGAIN, IDLE, Journal, Queue, Reader, RedbBackend, Write};

/// The backend, and the writes of a failed commit.
#[derive(Default)]
pub(super) struct Writer {
    held: Mutex<Option<(RedbBackend, Vec<Write>)>>,
    pub(super) changed: Notify,
}

impl Writer {
    pub(super) fn is_used(&self) -> bool {
        self.held.lock().is_some()
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
        *queue.simulated.held.lock() = Some((backend, Vec::new()));
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
        let mut held = self.simulated.held.lock();
        let Some((backend, batch)) = held.as_mut() else { return true };
        let mut waiting = self.waiting.lock();
        batch.append(&mut waiting.writes);
        let queued = waiting.queued;
        drop(waiting);
        batch.is_empty() || self.commit(backend, batch, queued) != Some(false)
    }

    pub(super) fn close_simulated(&self) {
        self.commits();
        self.simulated.held.lock().take();
    }
}
