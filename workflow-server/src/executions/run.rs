//! An execution, and what drives it: steps it, runs its tasks, tells it the time.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use serde_json::value::RawValue;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use workflow_local::handlers::{Asked, Handlers, Planned, begin, settle};
use workflow_local::{Instant, Status, Step, TaskRequest};

use super::Recorded;
use super::tasks::{self, Outcome};
use crate::api::arn::MachineArn;
use crate::clock::ServerClock;
use crate::journal::{ExecutionRecord, Journal, Key, Write};
use crate::registry::{Registry, Revision};

/// How many steps an execution takes before it is told the time, and before those who ask about it have a turn.
const STEPS_AT_ONCE: u32 = 16;

/// How often it does that before other executions have a turn.
const TURNS: u32 = 16;

/// An execution that is driven, or has ended.
pub(crate) struct Run {
    pub(crate) arn: Arc<str>,
    pub(crate) machine: RunOf,
    /// Its place in lists: executions are numbered in the order of their start.
    pub(crate) number: u64,
    /// The text of its input, as JSON: each answer about it has it.
    pub(crate) input: Box<RawValue>,
    pub(crate) trace_header: Option<String>,
    execution: Mutex<Recorded>,
    /// `None` where everything is in memory.
    log: Option<Log>,
    handlers: Arc<Handlers>,
    clock: ServerClock,
    /// Told when something outside has changed it.
    changed: Notify,
    /// Told when it has ended.
    ended: Notify,
    /// Whether it ends at its next transition, because its state machine is being deleted.
    ends_at_transition: AtomicBool,
    /// The clients' tokens of its redrives, and when each of those was.
    redrives: Mutex<VecDeque<(String, Instant)>>,
}

/// What an execution is of, as it was at its start.
pub(crate) struct RunOf {
    /// The ARN of the state machine.
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) revision: Arc<Revision>,
    pub(crate) is_express: bool,
    version_arn: Option<String>,
    alias_arn: Option<String>,
}

impl RunOf {
    /// The same as a record has it.
    pub(crate) fn restored(record: &ExecutionRecord, revision: Arc<Revision>) -> Self {
        Self {
            arn: record.machine_arn.clone(),
            name: record.machine_name.clone(),
            revision,
            is_express: record.express,
            version_arn: record.version_arn.clone(),
            alias_arn: record.alias_arn.clone(),
        }
    }

    pub(crate) fn version_arn(&self) -> Option<&str> {
        self.version_arn.as_deref()
    }

    pub(crate) fn alias_arn(&self) -> Option<&str> {
        self.alias_arn.as_deref()
    }

    /// The version and the alias that it was started through, by the members of the API that name them.
    pub(crate) fn qualified(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let version = self.version_arn.iter().map(|arn| ("stateMachineVersionArn", arn));
        version.chain(self.alias_arn.iter().map(|arn| ("stateMachineAliasArn", arn)))
    }

    /// Whether it was started through the version or alias that an ARN names, where it names one.
    pub(crate) fn is_of(&self, arn: MachineArn<'_>) -> bool {
        arn.qualifier.is_none() || self.qualified().any(|(_, own)| own == arn.text)
    }
}

/// Where what is done to an execution is written.
pub(crate) struct Log {
    journal: Journal,
    number: u64,
    next: AtomicU64,
    /// Whether its end was written.
    is_closed: AtomicBool,
}

impl Log {
    /// The log of the execution with this number, whose next record has the place `next`.
    pub(crate) fn new(journal: Journal, number: u64, next: u64) -> Self {
        Self { journal, number, next: AtomicU64::new(next), is_closed: AtomicBool::new(false) }
    }

    /// Writes what was done, called with the execution's lock held.
    fn write(&self, execution: &mut Recorded) {
        let has_ended = execution.status() != Status::Running;
        if !self.is_closed.swap(has_ended, Ordering::Relaxed) && has_ended {
            execution.note_events();
        }
        let entries = execution.take_entries();
        if !entries.is_empty() {
            let place = self.next.fetch_add(1, Ordering::Relaxed);
            self.journal.write(|| Key::Entries(self.number, place).put(&entries));
        }
    }

    /// Forgets an execution that nobody can ask about.
    fn forget(&self) {
        self.journal.write(|| Write::RemoveAll(Key::AllEntries(self.number).bytes()));
        self.journal.write(|| Write::Remove(Key::Execution(self.number).bytes()));
    }
}

/// An execution that is being changed; what was done to it is written when this is dropped.
pub(crate) struct Changing<'r> {
    log: Option<&'r Log>,
    execution: MutexGuard<'r, Recorded>,
}

impl Deref for Changing<'_> {
    type Target = Recorded;

    fn deref(&self) -> &Recorded {
        &self.execution
    }
}

impl DerefMut for Changing<'_> {
    fn deref_mut(&mut self) -> &mut Recorded {
        &mut self.execution
    }
}

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        if let Some(log) = self.log {
            log.write(&mut self.execution);
        }
    }
}

/// A task that was asked for and not answered when the server ended.
pub(crate) struct Waiting {
    pub(crate) request: TaskRequest,
    /// What the service answered that took it.
    pub(crate) submitted: Option<Value>,
    /// Whether a worker has taken it.
    pub(crate) started: bool,
}

/// What an execution that goes on waits for.
#[derive(Default)]
pub(crate) struct Pending {
    pub(crate) waiting: Vec<Waiting>,
    /// How often its handlers were asked.
    pub(crate) asked: Asked,
}

/// How many clients' tokens of redrives are kept, and how long.
const REDRIVES: usize = 10;
const REDRIVES_FOR: Duration = Duration::from_secs(15 * 60);

impl Run {
    #[expect(clippy::too_many_arguments, reason = "these are what an execution of the server consists of")]
    pub(crate) fn new(
        execution: Recorded,
        handlers: Arc<Handlers>,
        clock: ServerClock,
        machine: RunOf,
        number: u64,
        input: Box<RawValue>,
        trace_header: Option<String>,
        log: Option<Log>,
    ) -> Self {
        Self {
            arn: execution.arn().into(),
            machine,
            number,
            input,
            trace_header,
            execution: Mutex::new(execution),
            log,
            handlers,
            clock,
            changed: Notify::new(),
            ended: Notify::new(),
            ends_at_transition: AtomicBool::new(false),
            redrives: Mutex::default(),
        }
    }

    pub(crate) fn execution(&self) -> MutexGuard<'_, Recorded> {
        self.execution.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The execution, to be changed.
    fn changing(&self) -> Changing<'_> {
        Changing { log: self.log.as_ref(), execution: self.execution() }
    }

    /// The execution, told what time it is on the system's clock.
    fn execution_now(&self) -> Changing<'_> {
        let mut execution = self.changing();
        self.clock.tell(&mut *execution);
        execution
    }

    pub(crate) fn status(&self) -> Status {
        self.execution().status()
    }

    /// Stops it; nothing happens when it has ended.
    pub(crate) fn stop(&self, error: Option<&str>, cause: Option<&str>) {
        self.tell(|execution| execution.stop(error, cause));
    }

    /// Changes it from outside, and has it go on from there.
    pub(crate) fn tell<T>(&self, act: impl FnOnce(&mut Recorded) -> T) -> T {
        let (given, status) = {
            let mut execution = self.execution_now();
            (act(&mut execution), execution.status())
        };
        self.changed.notify_one();
        if status != Status::Running {
            self.ended.notify_waiters();
        }
        given
    }

    /// Has it end when it leaves a state.
    pub(crate) fn end_at_transition(&self) {
        self.ends_at_transition.store(true, Ordering::Relaxed);
    }

    /// Removes what the journal has of it.
    pub(crate) fn forget(&self) {
        if let Some(log) = &self.log {
            log.forget();
        }
    }

    fn redrives(&self) -> MutexGuard<'_, VecDeque<(String, Instant)>> {
        self.redrives.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When it was redriven with a client's token, of those that are kept.
    pub(crate) fn redriven_with(&self, token: &str, now: Instant) -> Option<Instant> {
        let redrives = self.redrives();
        let kept = redrives.iter().filter(|(_, time)| time.until(now) <= REDRIVES_FOR);
        kept.rev().find(|(kept, _)| kept == token).map(|(_, time)| *time)
    }

    /// Keeps a client's token of a redrive.
    pub(crate) fn remember_redrive(&self, token: &str, time: Instant) {
        let mut redrives = self.redrives();
        redrives.push_back((token.to_owned(), time));
        if redrives.len() > REDRIVES {
            redrives.pop_front();
        }
    }

    /// Waits until it has ended.
    pub(crate) async fn ended(&self) {
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
    pub(crate) async fn drive(self: Arc<Self>, registry: Arc<Registry>, pending: Pending) {
        let mut map_runs = 0;
        let mut working: JoinSet<tasks::Asked> = JoinSet::new();
        let mut planned = Planned::default();
        let mut turns = 0_u32;
        let Pending { waiting, mut asked } = pending;
        for task in waiting {
            self.ask_again(task, &registry, &mut working);
        }
        loop {
            match self.steps(&registry, &mut map_runs) {
                Step::Advanced => {
                    turns = (turns + 1) % TURNS;
                    if turns == 0 {
                        tokio::task::yield_now().await;
                    }
                }
                Step::Task(request) => {
                    let asking = self.handlers.find(&request, &mut asked);
                    if asking.is_none() && request.is_activity {
                        registry.activities.offer(&self, &request);
                        continue;
                    }
                    working.spawn(tasks::ask(asking, request, Arc::clone(&registry), Arc::clone(&self)));
                }
                Step::Waiting { until } => self.wait(&mut working, &mut planned, until).await,
                Step::Ended => break,
                // The engine's version is pinned to this crate's, so there is no other.
                _ => break,
            }
        }
        match self.machine.is_express {
            // Nobody can ask about it.
            true => self.forget(),
            false => registry.has_ended(&self),
        }
        self.ended.notify_waiters();
    }

    /// Asks for the answer of a task that was asked for before the server began, unless whoever took it is to give it.
    fn ask_again(self: &Arc<Self>, task: Waiting, registry: &Arc<Registry>, working: &mut JoinSet<tasks::Asked>) {
        let Waiting { request, submitted, started } = task;
        // How often it was asked was counted then; of a state the request knows it.
        let asking = self.handlers.find(&request, &mut Asked::default());
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

    /// Steps it until it needs something, though not for long. Map runs that it starts are made known.
    fn steps(self: &Arc<Self>, registry: &Registry, map_runs: &mut usize) -> Step {
        let mut execution = self.execution_now();
        let mut step = Step::Advanced;
        for _ in 0..STEPS_AT_ONCE {
            let before = execution.history().len();
            step = execution.step();
            if self.ends_at_transition.load(Ordering::Relaxed) && leaves_state(&execution, before) {
                execution.stop(None, None);
            }
            if !matches!(step, Step::Advanced) {
                break;
            }
        }
        for map_run in execution.map_runs().get(*map_runs..).unwrap_or_default() {
            registry.map_runs.insert(map_run.arn(), self);
        }
        *map_runs = execution.map_runs().len();
        step
    }

    /// Waits for a task's answer, the next timer, or a stop.
    async fn wait(&self, working: &mut JoinSet<tasks::Asked>, planned: &mut Planned, until: Option<Instant>) {
        let until = [until, planned.next()].into_iter().flatten().min();
        // Time stands still while a task works.
        if let (true, Some(until), true) = (self.clock.jumps(), until, working.is_empty()) {
            planned.advance_to(&mut *self.changing(), until);
            return;
        }
        tokio::select! {
            Some(done) = working.join_next() => {
                // Panics of closures are caught where they are called, and nothing else ends a task early.
                if let Ok(tasks::Asked { id, outcome }) = done {
                    let mut execution = self.execution_now();
                    match outcome {
                        Outcome::Answer(answer) => settle(&mut *execution, id, answer),
                        Outcome::Later(request, Some(given)) => planned.add(&mut *execution, &request, *given),
                        Outcome::Later(request, None) => begin(&mut *execution, &request),
                    }
                }
            }
            () = self.clock.wait_until(until) => {
                if let Some(until) = until {
                    planned.advance_to(&mut *self.changing(), until);
                }
            }
            () = self.changed.notified() => {}
        }
    }
}

/// Whether an execution has left a state since it had so many events.
fn leaves_state(execution: &Recorded, events: usize) -> bool {
    let new = execution.history().get(events..).unwrap_or_default();
    new.iter().any(|event| event.kind.name().ends_with("StateExited"))
}
