//! Drives an execution: steps it, requests the answers of its tasks, and waits for them and for timers.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::task::JoinSet;
use workflow_local::handlers::{CallCounts, TaskSchedule, begin, settle};
use workflow_local::{Instant, Progress};

use super::{Pending, Run, Waiting, Waits};
use crate::executions::Recorded;
use crate::executions::tasks::{self, Outcome};
use crate::registry::Registry;

/// How many steps an execution takes before its time is set and readers get a turn.
const STEPS_AT_ONCE: u32 = 16;

/// How often it does so before other executions get a turn.
const TURNS: u32 = 16;

impl Run {
    /// Runs it to its end. Tasks that are still running then are dropped.
    pub(crate) async fn drive(self: Arc<Self>, registry: Arc<Registry>, pending: Pending) {
        let driver = self.drivers.fetch_add(1, Ordering::Relaxed) + 1;
        let mut map_runs = 0;
        let mut working: JoinSet<tasks::TaskOutcome> = JoinSet::new();
        let mut planned = TaskSchedule::default();
        let mut turns = 0_u32;
        let Pending { waiting, mut asked } = pending;
        for task in waiting {
            self.ask_again(task, &registry, &mut working);
        }
        loop {
            // It was redriven before this driver noticed its end.
            if self.drivers.load(Ordering::Relaxed) != driver {
                return;
            }
            let progress = {
                let _turn = registry.turn().await;
                self.steps(&registry, &mut map_runs)
            };
            match progress {
                Progress::Advanced => {
                    turns = (turns + 1) % TURNS;
                    if turns == 0 {
                        #[cfg(feature = "trace")]
                        registry.traces.iter().for_each(|traces| traces.note(&self));
                        tokio::task::yield_now().await;
                    }
                }
                Progress::Task(request) => {
                    let asking = self.handlers.find(&request, &mut asked);
                    if asking.is_none() && request.is_activity {
                        registry.activities.offer(&self, &request);
                        continue;
                    }
                    working.spawn(tasks::ask(asking, request, Arc::clone(&registry), Arc::clone(&self)));
                }
                Progress::Waiting { until } => {
                    #[cfg(feature = "trace")]
                    registry.traces.iter().for_each(|traces| traces.note(&self));
                    self.wait(&mut working, &mut planned, until).await;
                }
                Progress::Ended => break,
                // The engine's version is pinned to this crate's, so no other variant exists.
                _ => break,
            }
        }
        registry.end_driving(&self);
        #[cfg(feature = "trace")]
        registry.traces.iter().for_each(|traces| traces.note(&self));
        match self.machine.is_express {
            // Nobody can query it.
            true => {
                registry.express_logs.iter().for_each(|logs| logs.tell(&self));
                self.forget();
            }
            false => registry.has_ended(&self),
        }
        self.ended.notify_waiters();
        self.clock.settle();
        registry.release(&self).await;
    }

    /// Requests the answer of a task again that was requested before the server began, unless its holder will send it.
    fn ask_again(self: &Arc<Self>, task: Waiting, registry: &Arc<Registry>, working: &mut JoinSet<tasks::TaskOutcome>) {
        let Waiting { request, submitted, started } = task;
        // The number of calls was counted then. For a state, the request contains it.
        let asking = self.handlers.find(&request, &mut CallCounts::default());
        let (registry, run) = (Arc::clone(registry), Arc::clone(self));
        match (asking, submitted) {
            (None, _) if request.is_activity => {
                if !started {
                    registry.activities.offer(self, &request);
                }
            }
            (None, Some(submitted)) => drop(working.spawn(tasks::follow(request, submitted, registry, run))),
            (asking, _) => drop(working.spawn(tasks::ask(asking, request, registry, run))),
        }
    }

    /// Steps it until it needs something, but not for too long. Registers the map runs that it starts.
    fn steps(self: &Arc<Self>, registry: &Registry, map_runs: &mut usize) -> Progress {
        let mut execution = self.execution_now();
        let mut step = Progress::Advanced;
        for _ in 0..STEPS_AT_ONCE {
            if let Some(breakpoint) = registry.breakpoint()
                && !self.passes.swap(false, Ordering::Relaxed)
                && let Some(state) = execution.next_state().filter(|state| breakpoint.is_before(state, &self.arn))
            {
                *self.waits.lock() = Waits::Before(state.to_owned());
                return Progress::Waiting { until: None };
            }
            let before = execution.history().len();
            step = execution.step();
            if self.ends_at_transition.load(Ordering::Relaxed) && leaves_state(&execution, before) {
                execution.stop(None, None);
            }
            if !matches!(step, Progress::Advanced) {
                break;
            }
        }
        for map_run in execution.map_runs().get(*map_runs..).unwrap_or_default() {
            registry.map_runs.insert(map_run.arn(), self.number);
        }
        *map_runs = execution.map_runs().len();
        let ended = registry.ended_map_runs(&execution);
        drop(execution);
        registry.replace_map_runs(&ended);
        step
    }

    /// Waits for a task's answer, the next timer, or a stop.
    async fn wait(
        &self,
        working: &mut JoinSet<tasks::TaskOutcome>,
        planned: &mut TaskSchedule,
        until: Option<Instant>,
    ) {
        let until = [until, planned.next()].into_iter().flatten().min();
        // Time stands still while a task runs.
        if let (true, Some(until), true) = (self.clock.jumps(), until, working.is_empty()) {
            planned.advance_to(&mut *self.changing(), until);
            return;
        }
        let is_held = {
            let mut waits = self.waits.lock();
            if !matches!(*waits, Waits::Before(_)) {
                *waits = match working.len() > self.following.lock().len() {
                    true => Waits::Work,
                    false => Waits::Until(until),
                };
            }
            matches!(*waits, Waits::Before(_))
        };
        self.clock.settle();
        if is_held {
            self.changed.notified().await;
            return;
        }
        // In this order, so that a simulation can be repeated.
        tokio::select! {
            biased;
            Some(done) = working.join_next() => {
                *self.waits.lock() = Waits::Not;
                // Panics of closures are caught at the call, and nothing else ends a task early.
                if let Ok(tasks::TaskOutcome { id, outcome }) = done {
                    let mut execution = self.execution_now();
                    match outcome {
                        Outcome::Answer(answer) => settle(&mut *execution, id, answer),
                        Outcome::Later(request, Some(given)) => planned.add(&mut *execution, &request, *given),
                        Outcome::Later(request, None) => begin(&mut *execution, &request),
                    }
                }
            }
            () = self.clock.wait_until(until) => {
                *self.waits.lock() = Waits::Not;
                if let Some(until) = until {
                    planned.advance_to(&mut *self.changing(), until);
                }
            }
            () = self.changed.notified() => {}
        }
    }
}

/// Returns whether an execution has left a state since it had this many events.
fn leaves_state(execution: &Recorded, events: usize) -> bool {
    let new = execution.history().get(events..).unwrap_or_default();
    new.iter().any(|event| event.kind.name().ends_with("StateExited"))
}
