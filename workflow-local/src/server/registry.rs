//! What the server holds: state machines, executions, and the work that drives them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;
use tokio::task::JoinSet;

use super::driver::Run;
use super::machines::Machine;
use crate::clock::Clock;
use crate::handlers::Handlers;
use crate::mock_file::MockFile;
use crate::random::Random;
use crate::store::ObjectStore;

pub(super) struct Registry {
    pub(super) handlers: Arc<Handlers>,
    pub(super) mocks: Option<MockFile>,
    pub(super) clock: Clock,
    pub(super) store: Arc<dyn ObjectStore>,
    seed: u64,
    counter: AtomicU64,
    held: Mutex<Held>,
    driving: Mutex<JoinSet<()>>,
}

/// By ARN, in the order of creation.
#[derive(Default)]
pub(super) struct Held {
    pub(super) machines: IndexMap<String, Machine>,
    pub(super) executions: IndexMap<String, Arc<Run>>,
}

impl Registry {
    pub(super) fn new(
        handlers: Handlers,
        mocks: Option<MockFile>,
        clock: Clock,
        store: Arc<dyn ObjectStore>,
        seed: u64,
    ) -> Self {
        Self {
            handlers: Arc::new(handlers),
            mocks,
            clock,
            store,
            seed,
            counter: AtomicU64::new(0),
            held: Mutex::default(),
            driving: Mutex::default(),
        }
    }

    /// What is held. Each change is whole before the lock is let go, so a panic elsewhere leaves nothing half done.
    pub(super) fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number that was not given before, and follows from the seed.
    pub(super) fn next_seed(&self) -> u64 {
        self.seed.wrapping_add(self.counter.fetch_add(1, Ordering::Relaxed))
    }

    /// A UUID that was not given before.
    pub(super) fn id(&self) -> String {
        Random::new(self.next_seed()).uuid()
    }

    pub(super) fn drive(&self, run: Arc<Run>) {
        let mut driving = self.driving.lock().unwrap_or_else(PoisonError::into_inner);
        while driving.try_join_next().is_some() {}
        driving.spawn(run.drive());
    }

    pub(super) fn stop_driving(&self) {
        self.driving.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }
}
