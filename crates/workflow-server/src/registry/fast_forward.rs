//! Advances the clock until nothing is left to do, or until an execution is about to enter a state.

use std::sync::atomic::Ordering;
use std::time::Duration;

use workflow_local::Instant;

use super::Registry;
use crate::clock::ServerClock;
use crate::executions::Waits;
use crate::journal::{ClockRecord, Key, Write};

/// The longest pause between two checks of the executions.
const LOOK: Duration = Duration::from_millis(20);

/// The state before which executions are held.
#[derive(Clone, Debug)]
pub(crate) struct Breakpoint {
    pub(crate) state: String,
    /// The ARN of the execution, if only one is held.
    pub(crate) execution: Option<String>,
}

impl Breakpoint {
    pub(crate) fn is_before(&self, state: &str, execution: &str) -> bool {
        self.state == state && self.execution.as_deref().is_none_or(|arn| arn == execution)
    }
}

/// How far the clock was advanced.
#[derive(Default)]
pub(crate) struct FastForward {
    /// Whether only clients have something left to do.
    pub(crate) is_idle: bool,
    /// The held executions: the state, and the ARN.
    pub(crate) held: Vec<(String, String)>,
}

/// The next event of all that executions wait for.
enum Next {
    /// Something is running.
    Work,
    At(Instant),
    Nothing,
}

impl Registry {
    /// Returns the breakpoint, if there is one.
    pub(crate) fn breakpoint(&self) -> Option<Breakpoint> {
        if !self.has_breakpoint.load(Ordering::Relaxed) {
            return None;
        }
        self.breakpoint.lock().clone()
    }

    fn hold(&self, breakpoint: Option<Breakpoint>) {
        self.has_breakpoint.store(breakpoint.is_some(), Ordering::Relaxed);
        *self.breakpoint.lock() = breakpoint;
        self.all_driven().iter().for_each(|run| run.pass());
    }

    /// Advances the clock, and releases held executions.
    pub(crate) fn advance(&self, time: Duration) {
        self.hold(None);
        self.clock.advance(time);
        self.save_clock();
    }

    fn save_clock(&self) {
        self.journal.write(|| self.clock_write());
    }

    pub(super) fn clock_write(&self) -> Write {
        let advanced = u64::try_from(self.clock.advanced().as_millis()).unwrap_or(u64::MAX);
        Key::Clock.put(&ClockRecord { advanced })
    }

    /// Advances the clock to the next due time, `times` times at most, until nothing is due or an execution is held, by at
    /// most `limit`. Waits for running handlers.
    pub(crate) async fn fast_forward(
        &self,
        breakpoint: Option<Breakpoint>,
        limit: Duration,
        times: usize,
    ) -> FastForward {
        self.hold(breakpoint);
        let end = self.clock.now().after(limit).min(ServerClock::LATEST);
        let mut left = times;
        let forwarded = loop {
            let settled = self.clock.settled();
            tokio::pin!(settled);
            // Listen before checking, so that nothing in between is missed.
            settled.as_mut().enable();
            let (next, held) = self.next();
            match next {
                Next::Work => drop(tokio::time::timeout(LOOK, settled).await),
                _ if !held.is_empty() => break FastForward { is_idle: false, held },
                Next::Nothing => break FastForward { is_idle: true, held },
                Next::At(_) if left == 0 => break FastForward::default(),
                Next::At(time) if time > end => {
                    self.clock.advance_to(end);
                    break FastForward::default();
                }
                Next::At(time) => {
                    left -= 1;
                    self.clock.advance_to(time);
                }
            }
        };
        self.save_clock();
        forwarded
    }

    fn next(&self) -> (Next, Vec<(String, String)>) {
        let now = self.clock.now();
        let (mut next, mut held) = (Next::Nothing, Vec::new());
        for run in self.driven.lock().runs() {
            let waits = run.waits_for();
            next = match (waits, next) {
                (Waits::Not | Waits::Work, _) | (_, Next::Work) => Next::Work,
                (Waits::Until(Some(time)), _) if time <= now => Next::Work,
                (Waits::Until(Some(time)), Next::At(other)) => Next::At(time.min(other)),
                (Waits::Until(Some(time)), Next::Nothing) => Next::At(time),
                (Waits::Until(None), next) => next,
                (Waits::Before(state), next) => {
                    held.push((state, run.arn.to_string()));
                    next
                }
            };
        }
        (next, held)
    }
}
