//! The server's clock: where the present of executions comes from, and how to wait for a later one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use workflow_local::handlers::Tasks;
use workflow_local::{Clock, Instant};

/// The clock that executions run by: the system's, which may be turned, and may go faster or slower; or a virtual one.
#[derive(Clone)]
pub(crate) struct ServerClock(Arc<Shared>);

struct Shared {
    jumps: bool,
    /// How many seconds pass in one of the system's.
    speed: f64,
    /// When it began, by the system's clock.
    began: Instant,
    /// How far it was turned.
    turned: Mutex<Duration>,
    /// Told when it is turned.
    changed: Notify,
    /// Told when an execution has begun to wait.
    settled: Notify,
}

impl ServerClock {
    pub(crate) fn new(clock: Clock, speed: f64) -> Self {
        Self(Arc::new(Shared {
            jumps: clock == Clock::Virtual,
            speed,
            began: Instant::now(),
            turned: Mutex::default(),
            changed: Notify::new(),
            settled: Notify::new(),
        }))
    }

    /// How far it was turned.
    pub(crate) fn turned(&self) -> Duration {
        *self.0.turned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The present: when something is made, and when an execution starts.
    pub(crate) fn now(&self) -> Instant {
        let passed = self.0.began.until(Instant::now());
        let passed = Duration::try_from_secs_f64(passed.as_secs_f64() * self.0.speed).unwrap_or(passed);
        self.0.began.after(passed).after(self.turned())
    }

    /// Turns it forward; whatever is due by then happens now.
    pub(crate) fn advance(&self, time: Duration) {
        let mut turned = self.0.turned.lock().unwrap_or_else(PoisonError::into_inner);
        *turned = turned.saturating_add(time);
        drop(turned);
        self.0.changed.notify_waiters();
    }

    /// Turns it forward to a time, unless it is later.
    pub(crate) fn advance_to(&self, time: Instant) {
        self.advance(self.now().until(time));
    }

    /// Tells those who wait for executions to settle that one has begun to wait.
    pub(crate) fn settle(&self) {
        self.0.settled.notify_waiters();
    }

    /// Is told of the next execution that begins to wait.
    pub(crate) fn settled(&self) -> Notified<'_> {
        self.0.settled.notified()
    }

    /// Whether time stands still while something works, and then jumps to the next timer.
    pub(crate) fn jumps(&self) -> bool {
        self.0.jumps
    }

    /// Tells an execution what time it is, unless its time jumps.
    pub(crate) fn tell(&self, execution: &mut impl Tasks) {
        if !self.jumps() {
            execution.advance_to(self.now());
        }
    }

    /// Waits until a time, for ever without one or where time jumps.
    pub(crate) async fn wait_until(&self, time: Option<Instant>) {
        let Some(time) = time.filter(|_| !self.jumps()) else { return std::future::pending().await };
        loop {
            let changed = self.0.changed.notified();
            tokio::pin!(changed);
            // Listens before it looks, so that a turn in between is not missed.
            changed.as_mut().enable();
            let rest = self.now().until(time);
            if rest.is_zero() {
                return;
            }
            let rest = Duration::try_from_secs_f64(rest.as_secs_f64() / self.0.speed).unwrap_or(Duration::MAX);
            // The clock counts in milliseconds.
            let rest = rest.max(Duration::from_millis(1));
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                () = changed => {}
            }
        }
    }
}
