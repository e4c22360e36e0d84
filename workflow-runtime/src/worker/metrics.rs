//! The numbers that a worker counts.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::token::Answered;
use crate::client::Error;

/// The numbers of a worker, from [`Worker::metrics`](super::Worker::metrics). Read them at any time, also after the
/// worker has ended, for example when a scraper of metrics asks.
///
/// ```no_run
/// # use workflow_runtime::client::Error;
/// # async fn run(worker: workflow_runtime::worker::Worker) -> Result<(), Error> {
/// let metrics = worker.metrics();
/// let ended = worker.run().await;
/// println!("{} tasks failed", metrics.counts().failed);
/// # ended
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Metrics(Arc<Mutex<Counts>>);

/// The numbers at one moment. All but [`running`](Self::running) only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// The tasks that were taken.
    pub taken: u64,
    /// The tasks that succeeded.
    pub succeeded: u64,
    /// The tasks that failed because their work failed, or because they were handed back.
    pub failed: u64,
    /// The tasks that no longer existed before they were answered.
    pub gone: u64,
    /// The tasks whose answer could not be sent.
    pub unanswered: u64,
    /// The polls that failed.
    pub failed_polls: u64,
}

impl Counts {
    /// Returns how many tasks were taken and are not answered yet.
    #[must_use]
    pub fn running(&self) -> u64 {
        self.taken.saturating_sub(self.succeeded + self.failed + self.gone + self.unanswered)
    }
}

impl Metrics {
    /// Returns the numbers now.
    #[must_use]
    pub fn counts(&self) -> Counts {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn answered(&self, answered: &Result<Answered, Error>) {
        self.count(|counts| match answered {
            Ok(Answered::Succeeded) => counts.succeeded += 1,
            Ok(Answered::Failed) => counts.failed += 1,
            Ok(Answered::Gone) => counts.gone += 1,
            Err(_) => counts.unanswered += 1,
        });
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Metrics").field(&self.counts()).finish()
    }
}
