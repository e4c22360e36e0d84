//! The server's clock: the current time of executions, and waiting for a later time.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
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
    /// The system's time at its creation. Time since then is measured, because the system's clock may be set.
    began: Instant,
    since: tokio::time::Instant,
    offsets: Mutex<Offsets>,
    /// Notified when it is advanced.
    changed: Notify,
    /// Notified when an execution begins to wait.
    settled: Notify,
}

/// The parts of the time that no clock measures.
#[derive(Clone, Copy, Default)]
struct Offsets {
    /// How far it was advanced before the server began.
    earlier: Duration,
    /// How far it was advanced since then.
    advanced: Duration,
    /// How far it is ahead because the data has later times than the system's.
    ahead: Duration,
}

impl ServerClock {
    /// It is not advanced further: what begins then ends before the year 10000, which clients cannot read.
    pub(crate) const LATEST: Instant = Instant::from_millis(253_370_764_800_000);

    /// Creates a clock that begins at this time of the system's clock.
    pub(crate) fn new(clock: Clock, speed: f64, began: Instant) -> Self {
        Self(Arc::new(Shared {
            jumps: clock == Clock::Virtual,
            speed,
            began,
            since: tokio::time::Instant::now(),
            offsets: Mutex::default(),
            changed: Notify::new(),
            settled: Notify::new(),
        }))
    }

    /// Returns how far it was advanced.
    pub(crate) fn advanced(&self) -> Duration {
        let offsets = self.0.offsets.lock();
        offsets.earlier.saturating_add(offsets.advanced)
    }

    /// Returns how much time has passed since the server began.
    pub(crate) fn uptime(&self) -> Duration {
        self.passed().saturating_add(self.0.offsets.lock().advanced)
    }

    fn passed(&self) -> Duration {
        let passed = self.0.since.elapsed();
        Duration::try_from_secs_f64(passed.as_secs_f64() * self.0.speed).unwrap_or(passed)
    }

    /// Returns the current time, for new resources and executions.
    pub(crate) fn now(&self) -> Instant {
        let Offsets { earlier, advanced, ahead } = *self.0.offsets.lock();
        self.0.began.after(self.passed()).after(earlier).after(advanced).after(ahead)
    }

    /// Returns the current time, whatever times the data has.
    pub(crate) fn system_time(&self) -> Instant {
        let Offsets { earlier, advanced, .. } = *self.0.offsets.lock();
        self.0.began.after(self.passed()).after(earlier).after(advanced)
    }

    /// Advances it, to [`LATEST`](Self::LATEST) at most. Everything that is due by then happens now.
    pub(crate) fn advance(&self, time: Duration) {
        let time = time.min(self.now().until(Self::LATEST));
        self.0.offsets.lock().advanced += time;
        self.0.changed.notify_waiters();
    }

    /// Advances it to a time, unless it is already later.
    pub(crate) fn advance_to(&self, time: Instant) {
        self.advance(self.now().until(time));
    }

    /// Continues the clock of an earlier server, which was advanced this far.
    pub(crate) fn restore(&self, advanced: Duration) {
        let advanced = advanced.min(self.now().until(Self::LATEST));
        self.0.offsets.lock().earlier = advanced;
    }

    /// Sets it to a recorded time, unless it is already later: the system's clock may have been set, or ran slower.
    pub(crate) fn catch_up(&self, recorded: Instant) {
        let ahead = self.now().until(recorded.min(Self::LATEST));
        self.0.offsets.lock().ahead += ahead;
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
                biased;
                () = tokio::time::sleep(rest) => {}
                () = changed => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn began_at(began: Instant) -> ServerClock {
        ServerClock::new(Clock::Real, 1000.0, began)
    }

    #[tokio::test]
    async fn time_passes_after_the_system_s_clock_was_set_back() {
        let began = Instant::now().after(Duration::from_secs(3600));
        let clock = began_at(began);
        clock.wait_until(Some(began.after(Duration::from_secs(3)))).await;
        let later = clock.now();
        assert!(began.until(later) >= Duration::from_secs(3) && later <= clock.now());
    }

    #[test]
    fn it_is_not_advanced_beyond_the_year_9999() {
        let clock = began_at(Instant::now());
        clock.advance(Duration::MAX);
        clock.advance(Duration::from_secs(1_000_000_000_000_000_000));
        assert!(clock.now().to_string().starts_with("9999-01-01"), "{}", clock.now());
        let next = began_at(Instant::now());
        next.restore(Duration::from_secs(1_000_000_000_000_000));
        next.catch_up(Instant::from_millis(i64::MAX));
        assert!(next.now().to_string().starts_with("9999-01-01"), "{}", next.now());
    }
}
