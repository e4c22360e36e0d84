//! Drives an execution: steps it, runs its tasks, tells it the time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::value::RawValue;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::tasks::{self, Outcome};
use crate::clock::{Clock, Instant};
use crate::execution::{Execution, Status, Step};
use crate::handlers::{Asked, Handlers};
use crate::planned::{Planned, begin, settle};

/// How many steps an execution takes before it is told the time, and before those who ask about it have a turn.
const STEPS_AT_ONCE: u32 = 16;

/// How often it does that before other executions have a turn.
const TURNS: u32 = 16;

/// An execution that is driven, or has ended.
pub(super) struct Run {
    pub(super) arn: String,
    pub(super) machine_arn: String,
    pub(super) name: String,
    /// The text of its input, as JSON: each answer about it has it.
    pub(super) input: Box<RawValue>,
    execution: Mutex<Execution>,
    handlers: Arc<Handlers>,
    clock: Clock,
    /// Told when it is stopped from outside.
    stopped: Notify,
    /// Told when it has ended.
    ended: Notify,
}

impl Run {
    pub(super) fn new(
        execution: Execution,
        handlers: Arc<Handlers>,
        clock: Clock,
        machine_arn: String,
        input: Box<RawValue>,
    ) -> Self {
        Self {
            arn: execution.arn().to_owned(),
            machine_arn,
            name: execution.name().to_owned(),
            input,
            execution: Mutex::new(execution),
            handlers,
            clock,
            stopped: Notify::new(),
            ended: Notify::new(),
        }
    }

    pub(super) fn execution(&self) -> MutexGuard<'_, Execution> {
        self.execution.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The execution, told what time it is on the system's clock.
    fn execution_now(&self) -> MutexGuard<'_, Execution> {
        let mut execution = self.execution();
        if self.clock == Clock::Real {
            execution.advance_to(Instant::now());
        }
        execution
    }

    pub(super) fn status(&self) -> Status {
        self.execution().status()
    }

    /// Stops it; nothing happens when it has ended.
    pub(super) fn stop(&self, error: Option<&str>, cause: Option<&str>) {
        self.execution_now().stop(error, cause);
        self.stopped.notify_one();
        self.ended.notify_waiters();
    }

    /// Waits until it has ended.
    pub(super) async fn ended(&self) {
        loop {
            let ended = self.ended.notified();
            tokio::pin!(ended);
            // Listens before it looks, so that an end in between is not missed.
            ended.as_mut().enable();
            if self.status() != Status::Running {
                return;
            }
            ended.await;
        }
    }

    /// Runs it to its end. Tasks that still run then are dropped.
    pub(super) async fn drive(self: Arc<Self>) {
        let mut working: JoinSet<tasks::Asked> = JoinSet::new();
        let mut planned = Planned::default();
        let mut turns = 0_u32;
        let mut asked = Asked::default();
        loop {
            match self.steps() {
                Step::Advanced => {
                    turns = (turns + 1) % TURNS;
                    if turns == 0 {
                        tokio::task::yield_now().await;
                    }
                }
                Step::Task(request) => {
                    let asking = self.handlers.find(&request, &mut asked);
                    working.spawn(tasks::ask(asking, request));
                }
                Step::Waiting { until } => self.wait(&mut working, &mut planned, until).await,
                Step::Ended => break,
            }
        }
        self.ended.notify_waiters();
    }

    /// Steps it until it needs something, though not for long.
    fn steps(&self) -> Step {
        let mut execution = self.execution_now();
        let mut step = execution.step();
        for _ in 1..STEPS_AT_ONCE {
            if !matches!(step, Step::Advanced) {
                break;
            }
            step = execution.step();
        }
        step
    }

    /// Waits for a task's answer, the next timer, or a stop.
    async fn wait(&self, working: &mut JoinSet<tasks::Asked>, planned: &mut Planned, until: Option<Instant>) {
        let until = [until, planned.next()].into_iter().flatten().min();
        // Virtual time stands still while a task works.
        if let (Clock::Virtual, Some(until), true) = (self.clock, until, working.is_empty()) {
            planned.advance_to(&mut self.execution(), until);
            return;
        }
        let timer = async {
            match (self.clock, until) {
                (Clock::Real, Some(until)) => tokio::time::sleep(Instant::now().until(until)).await,
                _ => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(done) = working.join_next() => {
                // Panics of closures are caught where they are called, and nothing else ends a task early.
                if let Ok(tasks::Asked { id, outcome }) = done {
                    let mut execution = self.execution_now();
                    match outcome {
                        Outcome::Answer(answer) => settle(&mut execution, id, answer),
                        Outcome::Later(request, Some(given)) => planned.add(&mut execution, &request, *given),
                        Outcome::Later(request, None) => begin(&mut execution, &request),
                    }
                }
            }
            () = timer => {
                if let (Clock::Real, Some(until)) = (self.clock, until) {
                    planned.advance_to(&mut self.execution(), until);
                }
            }
            () = self.stopped.notified() => {}
        }
    }
}
