//! What connections share: places and memory. If none is left, clients that keep the server waiting lose their part.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// How long a client may keep the server waiting while others need its part.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);
/// How often others ask for it.
const ASK: Duration = Duration::from_millis(100);

/// Something that connections take parts of.
pub(crate) struct Share {
    permits: Arc<Semaphore>,
    total: usize,
    /// Notified while somebody waits for a part.
    wanted: Notify,
}

impl Share {
    pub(crate) fn new(total: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(total)), total, wanted: Notify::new() }
    }

    /// Returns how much is taken.
    pub(super) fn taken(&self) -> usize {
        self.total.saturating_sub(self.permits.available_permits())
    }

    /// Takes a part as soon as it is free. Those who asked first get theirs first.
    pub(super) async fn take(&self, part: u32) -> Option<OwnedSemaphorePermit> {
        let mut taking = std::pin::pin!(Arc::clone(&self.permits).acquire_many_owned(part));
        loop {
            tokio::select! {
                biased;
                // It is never closed.
                taken = taking.as_mut() => return taken.ok(),
                () = tokio::time::sleep(ASK) => self.ask(),
            }
        }
    }

    /// Takes one, if it is free.
    pub(super) fn try_take(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).try_acquire_owned().ok()
    }

    /// Asks slow clients for their parts.
    pub(super) fn ask(&self) {
        self.wanted.notify_waiters();
    }

    /// Waits until somebody asks.
    pub(super) async fn wanted(&self) {
        self.wanted.notified().await;
    }
}

/// The client of a connection: since when the server waits for it, or `None` while the client waits for the server.
pub(crate) struct Client(Mutex<Option<Instant>>);

impl Client {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Some(Instant::now())))
    }

    /// Records which of them waits for the other.
    pub(super) fn set_awaited(&self, is_awaited: bool) {
        *self.0.lock() = is_awaited.then(Instant::now);
    }

    pub(super) fn is_slow(&self) -> bool {
        let since = *self.0.lock();
        since.is_some_and(|since| since.elapsed() >= PATIENCE)
    }
}
