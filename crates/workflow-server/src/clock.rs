//! The server's clock: the current time of executions, and waiting for a later time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use workflow_local::handlers::Tasks;
use workflow_local::{Clock, Instant};

/// The clock of executions: either the system's, which may be advanced and may run faster or slower, or a virtual one.
#[derive(Clone)]
pub(crate) struct ServerClock(Arc<Shared>);

struct Shared {
    jumps: bool,
    /// The number of seconds per second of the system's clock.
    speed: f64,
    /// The time of its creation, by the system's clock.
    began: Instant,
    /// How far it was advanced.
    advanced: Mutex<Duration>,
    /// Notified when it is advanced.
    changed: Notify,
    /// Notified when an execution begins to wait.
    settled: Notify,
}

impl ServerClock {
    pub(crate) fn new(clock: Clock, speed: f64) -> Self {
        Self(Arc::new(Shared {
            jumps: clock == Clock::Virtual,
            speed,
            began: Instant::now(),
            advanced: Mutex::default(),
            changed: Notify::new(),
            settled: Notify::new(),
        }))
    }

    /// Returns how far it was advanced.
    pub(crate) fn advanced(&self) -> Duration {
        *self.0.advanced.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the current time, for new resources and executions.
    pub(crate) fn now(&self) -> Instant {
        let passed = self.0.began.until(Instant::now());
        let passed = Duration::try_from_secs_f64(passed.as_secs_f64() * self.0.speed).unwrap_or(passed);
        self.0.began.after(passed).after(self.advanced())
    }

    /// Advances it. Everything that is due by then happens now.
    pub(crate) fn advance(&self, time: Duration) {
        let mut advanced = self.0.advanced.lock().unwrap_or_else(PoisonError::into_inner);
        *advanced = advanced.saturating_add(time);
        drop(advanced);
        self.0.changed.notify_waiters();
    }

    /// Advances it to a time, unless it is already later.
    pub(crate) fn advance_to(&self, time: Instant) {
        self.advance(self.now().until(time));
    }

    /// Notifies those who wait for executions to settle that one has begun to wait.
    pub(crate) fn settle(&self) {
        self.0.settled.notify_waiters();
    }

    /// Returns a notification for the next execution that begins to wait.
    pub(crate) fn settled(&self) -> Notified<'_> {
        self.0.settled.notified()
    }

    /// Returns whether time stands still while something runs, and then jumps to the next timer.
    pub(crate) fn jumps(&self) -> bool {
        self.0.jumps
    }

    /// Sets the time of an execution, unless its time jumps.
    pub(crate) fn tell(&self, execution: &mut impl Tasks) {
        if !self.jumps() {
            execution.advance_to(self.now());
        }
    }

    /// Waits until a time; forever if there is none or if time jumps.
    pub(crate) async fn wait_until(&self, time: Option<Instant>) {
        let Some(time) = time.filter(|_| !self.jumps()) else { return std::future::pending().await };
        loop {
            let changed = self.0.changed.notified();
            tokio::pin!(changed);
            // Listen before checking, so that a change in between is not missed.
            changed.as_mut().enable();
            let rest = self.now().until(time);
            if rest.is_zero() {
                return;
            }
            let rest = Duration::try_from_secs_f64(rest.as_secs_f64() / self.0.speed).unwrap_or(Duration::MAX);
            // The clock has a resolution of milliseconds.
            let rest = rest.max(Duration::from_millis(1));
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                () = changed => {}
            }
        }
    }
}
