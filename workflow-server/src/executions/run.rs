//! An execution, and what drives it: steps it, runs its tasks, tells it the time.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use serde_json::Value;
use serde_json::value::RawValue;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use workflow_local::handlers::{Asked, Handlers, Planned, begin, settle};
use workflow_local::{Instant, Status, Step, TaskRequest};

use super::Recorded;
use super::tasks::{self, Outcome};
use crate::clock::ServerClock;
use crate::journal::{EndRecord, ExecutionRecord, Journal, Key, Stored, Write};
use crate::registry::{Lists, Registry, Revision};

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
    pub(crate) input: Arc<RawValue>,
    pub(crate) trace_header: Option<String>,
    /// One that ended before the server began is run again when somebody looks at it, from what was recorded.
    execution: LazyLock<Mutex<Recorded>, Box<dyn FnOnce() -> Mutex<Recorded> + Send>>,
    stored: Option<Arc<Stored>>,
    /// `None` where everything is in memory.
    log: Option<Log>,
    handlers: Arc<Handlers>,
    clock: ServerClock,
    /// Told when something outside has changed it.
    changed: Notify,
    /// Told when it has ended.
    ended: Notify,
    /// Its status, and when it ended in milliseconds, so that nobody waits for its lock to know.
    status: AtomicU8,
    stopped: AtomicI64,
    /// The lists that it is in, by status.
    lists: OnceLock<Arc<Lists>>,
    waits: Mutex<Waits>,
    /// The executions of this server that its tasks wait for.
    following: Mutex<Vec<Arc<Run>>>,
    /// How often it was begun to be driven: what drove it before lets go.
    drivers: AtomicU64,
    /// Whether it goes on though a breakpoint is before it.
    passes: AtomicBool,
    /// Whether it ends at its next transition, because its state machine is being deleted.
    ends_at_transition: AtomicBool,
    /// The clients' tokens of its redrives, and when each of those was.
    redrives: Mutex<VecDeque<(String, Instant)>>,
}

/// What an execution waits for, as far as it is known outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Waits {
    /// It does something, or is about to.
    Not,
    /// A task is at work.
    Work,
    /// A time, or whoever is outside.
    Until(Option<Instant>),
    /// It is held before this state.
    Before(String),
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

    /// The ARNs of the state machine and of the version and the alias that it was started through.
    pub(crate) fn arns(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.arn.as_str()).chain(self.qualified().map(|(_, arn)| arn.as_str()))
    }
}

/// Where what is done to an execution is written.
pub(crate) struct Log {
    journal: Journal,
    number: u64,
    next: Arc<AtomicU64>,
    /// Whether its end was written.
    is_closed: AtomicBool,
}

impl Log {
    /// The log of the execution with this number, whose next record has the place `next`.
    pub(crate) fn new(journal: Journal, number: u64, next: u64) -> Self {
        Self { journal, number, next: Arc::new(AtomicU64::new(next)), is_closed: AtomicBool::new(false) }
    }

    /// The log of an execution whose end was written.
    pub(crate) fn of_ended(journal: Journal, number: u64) -> Self {
        Self { is_closed: AtomicBool::new(true), ..Self::new(journal, number, 0) }
    }

    /// Writes what was done, called with the execution's lock held.
    fn write(&self, execution: &mut Recorded) {
        let has_ended = execution.status() != Status::Running;
        let had_ended = self.is_closed.swap(has_ended, Ordering::Relaxed);
        execution.note_events();
        let entries = execution.take_entries();
        self.journal.write_all(|| {
            let mut writes = Vec::new();
            if had_ended && !has_ended {
                writes.push(Write::Remove(Key::End(self.number).bytes()));
            }
            if !entries.is_empty() {
                let place = self.next.fetch_add(1, Ordering::Relaxed);
                writes.push(Key::Entries(self.number, place).put(&entries));
            }
            if has_ended && !had_ended {
                writes.push(Key::End(self.number).put(&EndRecord::of(execution)));
            }
            writes
        });
    }

    /// Forgets an execution that nobody can ask about.
    pub(crate) fn forget(&self) {
        self.journal.write_all(|| {
            vec![
                Write::RemoveAll(Key::AllEntries(self.number).bytes()),
                Write::Remove(Key::End(self.number).bytes()),
                Write::Remove(Key::Execution(self.number).bytes()),
            ]
        });
    }
}

/// An execution that is being changed; what was done to it is written when this is dropped.
pub(crate) struct Changing<'r> {
    run: &'r Run,
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
        if let Some(log) = &self.run.log {
            log.write(&mut self.execution);
        }
        self.run.note_status(&self.execution);
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

/// An execution as it is, or as it was recorded when it ended.
#[expect(clippy::large_enum_variant, reason = "it is taken apart at once")]
pub(crate) enum Body {
    Live(Recorded),
    Stored(Arc<Stored>),
}

/// What an execution that goes on waits for.
#[derive(Default)]
pub(crate) struct Pending {
    pub(crate) waiting: Vec<Waiting>,
    /// How often its handlers were asked.
    pub(crate) asked: Asked,
}

/// The statuses, by the number that a run keeps.
pub(crate) const STATUSES: [Status; 5] =
    [Status::Running, Status::Succeeded, Status::Failed, Status::TimedOut, Status::Aborted];
const NOT_STOPPED: i64 = i64::MIN;

fn status_of(number: u8) -> Status {
    STATUSES.get(usize::from(number)).copied().unwrap_or(Status::Running)
}

/// How many clients' tokens of redrives are kept, and how long.
const REDRIVES: usize = 10;
const REDRIVES_FOR: Duration = Duration::from_secs(15 * 60);

impl Run {
    #[expect(clippy::too_many_arguments, reason = "these are what an execution of the server consists of")]
    pub(crate) fn new(
        body: Body,
        handlers: Arc<Handlers>,
        clock: ServerClock,
        machine: RunOf,
        number: u64,
        input: Arc<RawValue>,
        trace_header: Option<String>,
        log: Option<Log>,
    ) -> Self {
        let (arn, stored): (Arc<str>, _) = match &body {
            Body::Live(execution) => (execution.arn().into(), None),
            Body::Stored(stored) => (stored.record.arn.as_str().into(), Some(Arc::clone(stored))),
        };
        let execution: Box<dyn FnOnce() -> Mutex<Recorded> + Send> = match body {
            Body::Live(execution) => Box::new(|| Mutex::new(execution)),
            Body::Stored(stored) => {
                let (revision, handlers, input) =
                    (Arc::clone(&machine.revision), Arc::clone(&handlers), Arc::clone(&input));
                let next = log.as_ref().map(|log| Arc::clone(&log.next));
                Box::new(move || {
                    let (execution, count) = stored.replayed(number, &revision, handlers, &input);
                    next.iter().for_each(|next| next.store(count, Ordering::Relaxed));
                    Mutex::new(execution)
                })
            }
        };
        let run = Self {
            arn,
            machine,
            number,
            input,
            trace_header,
            execution: LazyLock::new(execution),
            stored,
            log,
            handlers,
            clock,
            changed: Notify::new(),
            ended: Notify::new(),
            status: AtomicU8::new(0),
            stopped: AtomicI64::new(NOT_STOPPED),
            lists: OnceLock::new(),
            waits: Mutex::new(Waits::Not),
            following: Mutex::default(),
            drivers: AtomicU64::new(0),
            passes: AtomicBool::new(false),
            ends_at_transition: AtomicBool::new(false),
            redrives: Mutex::default(),
        };
        match &run.stored {
            None => run.note_status(&run.execution()),
            Some(stored) => run.set_status(stored.end.status(), Some(stored.end.stopped_at())),
        }
        run
    }

    pub(crate) fn execution(&self) -> MutexGuard<'_, Recorded> {
        self.execution.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of an execution that nobody has looked at since the server began; `None` of another.
    pub(crate) fn unread(&self) -> Option<&Stored> {
        self.stored.as_deref().filter(|stored| !stored.is_read())
    }

    /// The ARNs of its map runs.
    pub(crate) fn map_run_arns(&self) -> Vec<String> {
        match self.unread() {
            Some(stored) => stored.end.map_runs.clone(),
            None => self.execution().map_runs().iter().map(|map_run| map_run.arn().to_owned()).collect(),
        }
    }

    /// The execution, to be changed.
    fn changing(&self) -> Changing<'_> {
        Changing { run: self, execution: self.execution() }
    }

    /// The execution, told what time it is on the system's clock.
    fn execution_now(&self) -> Changing<'_> {
        let mut execution = self.changing();
        self.clock.tell(&mut *execution);
        execution
    }

    /// Its status, without a wait for what it does.
    pub(crate) fn status(&self) -> Status {
        status_of(self.status.load(Ordering::Acquire))
    }

    /// When it ended, without a wait for what it does.
    pub(crate) fn stopped_at(&self) -> Option<Instant> {
        let stopped = self.stopped.load(Ordering::Acquire);
        (stopped != NOT_STOPPED).then(|| Instant::from_millis(stopped))
    }

    fn note_status(&self, execution: &Recorded) {
        self.set_status(execution.status(), execution.stopped_at());
    }

    fn set_status(&self, status: Status, stopped: Option<Instant>) {
        self.stopped.store(stopped.map_or(NOT_STOPPED, Instant::as_millis), Ordering::Release);
        let number = STATUSES.iter().position(|own| *own == status).unwrap_or_default();
        let before = status_of(self.status.swap(u8::try_from(number).unwrap_or_default(), Ordering::AcqRel));
        if let Some(lists) = self.lists.get().filter(|_| before != status) {
            lists.moved(self, before, status);
        }
    }

    /// Has it be in lists from now on.
    pub(crate) fn list_in(&self, lists: &Arc<Lists>) {
        // Its status must not change in between; that of one that nobody has looked at does not.
        let _held = self.unread().is_none().then(|| self.execution());
        lists.insert(self, self.status());
        let _ = self.lists.set(Arc::clone(lists));
    }

    /// What it waits for.
    pub(crate) fn waits(&self) -> MutexGuard<'_, Waits> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has it go on from a breakpoint.
    pub(crate) fn pass(&self) {
        let mut waits = self.waits();
        if matches!(*waits, Waits::Before(_)) {
            *waits = Waits::Not;
            drop(waits);
            self.passes.store(true, Ordering::Relaxed);
            self.changed.notify_one();
        }
    }

    fn following(&self) -> MutexGuard<'_, Vec<Arc<Self>>> {
        self.following.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One of its tasks waits for another execution, until what this gives is dropped.
    pub(super) fn follows<'r>(&'r self, other: &'r Arc<Self>) -> Following<'r> {
        self.following().push(Arc::clone(other));
        // What it waits for has changed.
        self.changed.notify_one();
        Following(self, other)
    }

    /// What it waits for; whose end it waits for that has come, it does not.
    pub(crate) fn waits_for(&self) -> Waits {
        let waits = self.waits().clone();
        let ended = || self.following().iter().any(|other| other.status() != Status::Running);
        if matches!(waits, Waits::Until(_)) && ended() { Waits::Not } else { waits }
    }

    /// It is about to do something.
    fn wakes(&self) {
        let mut waits = self.waits();
        if !matches!(*waits, Waits::Before(_)) {
            *waits = Waits::Not;
        }
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
        self.wakes();
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
        let driver = self.drivers.fetch_add(1, Ordering::Relaxed) + 1;
        let mut map_runs = 0;
        let mut working: JoinSet<tasks::Asked> = JoinSet::new();
        let mut planned = Planned::default();
        let mut turns = 0_u32;
        let Pending { waiting, mut asked } = pending;
        for task in waiting {
            self.ask_again(task, &registry, &mut working);
        }
        loop {
            // It was redriven before this heard of its end.
            if self.drivers.load(Ordering::Relaxed) != driver {
                return;
            }
            match self.steps(&registry, &mut map_runs) {
                Step::Advanced => {
                    turns = (turns + 1) % TURNS;
                    if turns == 0 {
                        #[cfg(feature = "trace")]
                        registry.traces.get().into_iter().for_each(|traces| traces.note(&self));
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
                Step::Waiting { until } => {
                    #[cfg(feature = "trace")]
                    registry.traces.get().into_iter().for_each(|traces| traces.note(&self));
                    self.wait(&mut working, &mut planned, until).await;
                }
                Step::Ended => break,
                // The engine's version is pinned to this crate's, so there is no other.
                _ => break,
            }
        }
        registry.end_driving(&self);
        #[cfg(feature = "trace")]
        registry.traces.get().into_iter().for_each(|traces| traces.note(&self));
        match self.machine.is_express {
            // Nobody can ask about it.
            true => {
                registry.express_logs.iter().for_each(|logs| logs.tell(&self));
                self.forget();
            }
            false => registry.has_ended(&self),
        }
        self.ended.notify_waiters();
        self.clock.settle();
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
            if let Some(breakpoint) = registry.breakpoint()
                && !self.passes.swap(false, Ordering::Relaxed)
                && let Some(state) = execution.next_state().filter(|state| breakpoint.is_before(state, &self.arn))
            {
                *self.waits() = Waits::Before(state.to_owned());
                return Step::Waiting { until: None };
            }
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
        let is_held = {
            let mut waits = self.waits();
            if !matches!(*waits, Waits::Before(_)) {
                *waits = match working.len() > self.following().len() {
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
        tokio::select! {
            Some(done) = working.join_next() => {
                *self.waits() = Waits::Not;
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
                *self.waits() = Waits::Not;
                if let Some(until) = until {
                    planned.advance_to(&mut *self.changing(), until);
                }
            }
            () = self.changed.notified() => {}
        }
    }
}

/// A task of an execution that waits for another execution.
pub(super) struct Following<'r>(&'r Run, &'r Arc<Run>);

impl Drop for Following<'_> {
    fn drop(&mut self) {
        let mut following = self.0.following();
        if let Some(at) = following.iter().position(|other| Arc::ptr_eq(other, self.1)) {
            following.swap_remove(at);
        }
        drop(following);
        self.0.wakes();
    }
}

/// Whether an execution has left a state since it had so many events.
fn leaves_state(execution: &Recorded, events: usize) -> bool {
    let new = execution.history().get(events..).unwrap_or_default();
    new.iter().any(|event| event.kind.name().ends_with("StateExited"))
}
