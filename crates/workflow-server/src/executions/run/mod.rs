//! An execution that the server runs, or ran: its state, its record in the journal, and what waits for it.

mod drive;

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::sync::Notify;
use workflow_local::handlers::{CallCounts, Handlers};
use workflow_local::{Execution, Instant, Status, TaskRequest};

use super::{Recorded, RecordedInput};
use crate::clock::ServerClock;
use crate::journal::{EndRecord, ExecutionRecord, Journal, Key, Write};
use crate::registry::{EndedExecution, Lists, Revision};

/// An execution, running or ended.
pub(crate) struct Run {
    pub(crate) arn: Arc<str>,
    pub(crate) machine: Arc<RunOf>,
    /// Its position in lists: executions are numbered in the order of their start.
    pub(crate) number: u64,
    /// Its input as JSON text, which every answer about it contains.
    pub(crate) input: Arc<RawValue>,
    pub(crate) trace_header: Option<String>,
    pub(crate) execution: Mutex<Recorded>,
    /// Whether it was read from the record of its end. It does not continue, and changes of it are not kept.
    is_stored: bool,
    /// `None` if everything is only in memory.
    log: Option<Log>,
    handlers: Arc<Handlers>,
    clock: ServerClock,
    /// Notified when something outside has changed it.
    changed: Notify,
    /// Notified when it has ended.
    ended: Notify,
    /// Its status, and its end in milliseconds, readable without its lock.
    status: AtomicU8,
    stopped: AtomicI64,
    /// The lists that contain it, by status.
    lists: OnceLock<Arc<Lists>>,
    pub(crate) waits: Mutex<Waits>,
    /// The executions of this server that its tasks wait for.
    following: Mutex<Vec<Arc<Run>>>,
    /// How often driving it was started. Earlier drivers stop.
    drivers: AtomicU64,
    /// Whether it continues past a breakpoint.
    passes: AtomicBool,
    /// Whether it ends at its next transition, because its state machine is being deleted.
    ends_at_transition: AtomicBool,
    /// The client tokens of its redrives, with their times.
    redrives: Mutex<VecDeque<(String, Instant)>>,
}

/// What an execution waits for, as visible from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Waits {
    /// It is running, or about to run.
    Not,
    /// A task is running.
    Work,
    /// A time, or a client.
    Until(Option<Instant>),
    /// It is held before this state.
    Before(String),
}

/// The origin of an execution, as of its start.
#[derive(Clone)]
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
    /// Restores it from a record.
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

    /// Returns whether both say the same.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.revision, &other.revision) && self.arns().eq(other.arns())
    }

    pub(crate) fn version_arn(&self) -> Option<&str> {
        self.version_arn.as_deref()
    }

    pub(crate) fn alias_arn(&self) -> Option<&str> {
        self.alias_arn.as_deref()
    }

    /// Returns the version and the alias that it was started through, with their member names in the API.
    pub(crate) fn qualified(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let version = self.version_arn.iter().map(|arn| ("stateMachineVersionArn", arn));
        version.chain(self.alias_arn.iter().map(|arn| ("stateMachineAliasArn", arn)))
    }

    /// Returns the ARNs of the state machine, and of the version and the alias that it was started through.
    pub(crate) fn arns(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.arn.as_str()).chain(self.qualified().map(|(_, arn)| arn.as_str()))
    }
}

/// The bytes of a history up to which it is stored in the record of the end.
const SHORT_HISTORY: usize = 16 * 1024;

/// The bytes of an ended execution in memory: in any case, and for each byte of the records of its end (measured).
const BYTES: usize = 4096;
const BYTES_OF_RECORD: usize = 2;

/// The log of an execution's inputs.
pub(crate) struct Log {
    journal: Journal,
    number: u64,
    next: AtomicU64,
    /// Whether its end was written.
    is_closed: AtomicBool,
    /// The bytes of the records of its end.
    bytes: AtomicUsize,
    /// Nobody can query an Express execution: its end is not described.
    is_express: bool,
}

impl Log {
    /// Creates the log of the execution with this number. Its next record has the position `next`.
    pub(crate) fn new(journal: Journal, number: u64, next: u64, is_express: bool) -> Self {
        let (next, is_closed) = (AtomicU64::new(next), AtomicBool::new(false));
        Self { journal, number, next, is_closed, bytes: AtomicUsize::new(0), is_express }
    }

    /// Creates the log of an execution whose end was written.
    pub(crate) fn of_ended(journal: Journal, number: u64, next: u64) -> Self {
        Self { is_closed: AtomicBool::new(true), ..Self::new(journal, number, next, false) }
    }

    /// Writes new inputs, and the end. The caller holds the execution's lock.
    fn write(&self, execution: &mut Recorded) {
        let has_ended = execution.status() != Status::Running;
        let had_ended = self.is_closed.swap(has_ended, Ordering::Relaxed);
        let ends = has_ended && !had_ended;
        // Nothing is computed again of an execution that cannot be redriven.
        let is_final = ends && execution.status() == Status::Succeeded;
        if !is_final {
            execution.note_events();
        }
        let entries = execution.take_entries();
        // A task must not be called again because its answer was lost.
        let has_answer = entries.iter().any(RecordedInput::is_answer);
        self.journal.write_all(|| {
            let mut writes = Vec::new();
            if had_ended && !has_ended {
                writes.extend(self.without_end());
            }
            if is_final {
                if self.next.load(Ordering::Relaxed) > 0 {
                    writes.push(Write::RemoveAll(Key::AllEntries(self.number).bytes()));
                }
            } else if !entries.is_empty() {
                let place = self.next.fetch_add(1, Ordering::Relaxed);
                writes.push(Key::Entries(self.number, place).put(&entries));
            }
            if ends {
                self.put_end(execution, &mut writes);
            }
            writes
        });
        if has_answer {
            self.journal.hurry();
        }
    }

    /// Adds the writes of an end: most executions have one record with everything.
    fn put_end(&self, execution: &Execution, writes: &mut Vec<Write>) {
        let mut lines = vec![serde_json::to_vec(&EndRecord::of(execution)).unwrap_or_default()];
        // Its values were JSON texts, or are written as such.
        if let Ok(snapshot) = execution.snapshot()
            && !self.is_express
        {
            let histories: usize = snapshot.histories.iter().map(Vec::len).sum();
            self.bytes.store(snapshot.description.len() + histories, Ordering::Relaxed);
            lines.push(snapshot.description);
            for (place, history) in (0..).zip(snapshot.histories) {
                if place == 0 && history.len() <= SHORT_HISTORY {
                    lines.push(history);
                } else {
                    writes.push(Key::History(self.number, place).put_text(&history));
                }
            }
        }
        writes.push(Key::End(self.number).put_text(&lines.join(&b'\n')));
    }

    fn without_end(&self) -> [Write; 2] {
        let histories = Key::AllHistories(self.number).bytes();
        [Write::Remove(Key::End(self.number).bytes()), Write::RemoveAll(histories)]
    }

    /// Removes everything about the execution.
    pub(crate) fn forget(&self) {
        self.journal.write_all(|| {
            let start = Write::Remove(Key::Execution(self.number).bytes());
            let entries = Write::RemoveAll(Key::AllEntries(self.number).bytes());
            self.without_end().into_iter().chain([entries, start]).collect()
        });
    }
}

/// An execution that is being changed. New inputs are written on drop.
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

/// A task that was requested but not answered when the server ended.
pub(crate) struct Waiting {
    pub(crate) request: TaskRequest,
    /// The service's answer when it accepted the task.
    pub(crate) submitted: Option<Value>,
    /// Whether a worker has taken it.
    pub(crate) started: bool,
}

/// What a continued execution waits for.
#[derive(Default)]
pub(crate) struct Pending {
    pub(crate) waiting: Vec<Waiting>,
    /// How often its handlers were called.
    pub(crate) asked: CallCounts,
}

/// The statuses, by the number stored in a run.
pub(crate) const STATUSES: [Status; 5] =
    [Status::Running, Status::Succeeded, Status::Failed, Status::TimedOut, Status::Aborted];
const NOT_STOPPED: i64 = i64::MIN;

fn status_of(number: u8) -> Status {
    STATUSES.get(usize::from(number)).copied().unwrap_or(Status::Running)
}

/// The limits on stored client tokens of redrives: count and age.
const REDRIVES: usize = 10;
const REDRIVES_FOR: Duration = Duration::from_secs(15 * 60);

impl Run {
    #[expect(clippy::too_many_arguments, reason = "these are what an execution of the server consists of")]
    pub(crate) fn new(
        execution: Recorded,
        handlers: Arc<Handlers>,
        clock: ServerClock,
        machine: Arc<RunOf>,
        number: u64,
        input: Arc<RawValue>,
        trace_header: Option<String>,
        log: Option<Log>,
    ) -> Self {
        let run = Self {
            arn: execution.arn().into(),
            machine,
            number,
            input,
            trace_header,
            is_stored: false,
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
            execution: Mutex::new(execution),
        };
        run.note_status(&run.execution.lock());
        run
    }

    /// Marks it as read from the record of its end.
    pub(crate) fn stored(self) -> Self {
        Self { is_stored: true, ..self }
    }

    /// Returns whether it was read from the record of its end.
    pub(crate) fn is_stored(&self) -> bool {
        self.is_stored
    }

    /// Returns what lists show, after its end.
    pub(crate) fn ended_execution(&self, machine: Arc<RunOf>) -> EndedExecution {
        let execution = self.execution.lock();
        let (started, end) = (execution.started_at(), EndRecord::of(&execution));
        EndedExecution { arn: Arc::clone(&self.arn), number: self.number, machine, started, end }
    }

    /// Returns how many bytes it takes in memory, approximately.
    pub(crate) fn approximate_bytes(&self) -> usize {
        let record = self.log.as_ref().map_or(0, |log| log.bytes.load(Ordering::Relaxed));
        BYTES + BYTES_OF_RECORD * record
    }

    /// Returns the ARNs of its map runs.
    pub(crate) fn map_run_arns(&self) -> Vec<String> {
        self.execution.lock().map_runs().iter().map(|map_run| map_run.arn().to_owned()).collect()
    }

    /// Returns the execution for changes.
    fn changing(&self) -> Changing<'_> {
        Changing { run: self, execution: self.execution.lock() }
    }

    /// Returns the execution with its time set to the system's clock.
    fn execution_now(&self) -> Changing<'_> {
        let mut execution = self.changing();
        self.clock.tell(&mut *execution);
        execution
    }

    /// Returns its status without waiting for its lock.
    pub(crate) fn status(&self) -> Status {
        status_of(self.status.load(Ordering::Acquire))
    }

    /// Returns when it ended, without waiting for its lock.
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
            lists.moved(self.number, &self.machine, before, status);
        }
    }

    /// Adds it to lists from now on.
    pub(crate) fn list_in(&self, lists: &Arc<Lists>) {
        // Its status must not change in between.
        let _held = self.execution.lock();
        lists.insert(self.number, &self.machine, self.status());
        let _ = self.lists.set(Arc::clone(lists));
    }

    /// Continues from a breakpoint.
    pub(crate) fn pass(&self) {
        let mut waits = self.waits.lock();
        if matches!(*waits, Waits::Before(_)) {
            *waits = Waits::Not;
            drop(waits);
            self.passes.store(true, Ordering::Relaxed);
            self.changed.notify_one();
        }
    }

    /// Records that one of its tasks waits for another execution, until the returned guard is dropped.
    pub(super) fn follows<'r>(&'r self, other: &'r Arc<Self>) -> NestedExecution<'r> {
        self.following.lock().push(Arc::clone(other));
        // What it waits for has changed.
        self.changed.notify_one();
        NestedExecution(self, other)
    }

    /// Returns what it waits for. It no longer waits for an execution that has ended.
    pub(crate) fn waits_for(&self) -> Waits {
        let waits = self.waits.lock().clone();
        let ended = || self.following.lock().iter().any(|other| other.status() != Status::Running);
        if matches!(waits, Waits::Until(_)) && ended() { Waits::Not } else { waits }
    }

    /// Marks it as about to run.
    fn wakes(&self) {
        let mut waits = self.waits.lock();
        if !matches!(*waits, Waits::Before(_)) {
            *waits = Waits::Not;
        }
    }

    /// Stops it. Does nothing if it has ended.
    pub(crate) fn stop(&self, error: Option<&str>, cause: Option<&str>) {
        self.tell(|execution| execution.stop(error, cause));
    }

    /// Changes it from outside, and lets it continue.
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

    /// Makes it end at its next transition.
    pub(crate) fn end_at_transition(&self) {
        self.ends_at_transition.store(true, Ordering::Relaxed);
    }

    /// Removes its records from the journal.
    pub(crate) fn forget(&self) {
        if let Some(log) = &self.log {
            log.forget();
        }
    }

    /// Returns when it was redriven with a client token, if the token is still stored.
    pub(crate) fn redriven_with(&self, token: &str, now: Instant) -> Option<Instant> {
        let redrives = self.redrives.lock();
        let kept = redrives.iter().filter(|(_, time)| time.until(now) <= REDRIVES_FOR);
        kept.rev().find(|(kept, _)| kept == token).map(|(_, time)| *time)
    }

    /// Stores the client token of a redrive.
    pub(crate) fn remember_redrive(&self, token: &str, time: Instant) {
        let mut redrives = self.redrives.lock();
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
            // Listen before checking, so that an end in between is not missed.
            ended.as_mut().enable();
            if self.status() != Status::Running {
                return;
            }
            ended.await;
        }
    }
}

/// A task of an execution that waits for another execution.
pub(super) struct NestedExecution<'r>(&'r Run, &'r Arc<Run>);

impl Drop for NestedExecution<'_> {
    fn drop(&mut self) {
        let mut following = self.0.following.lock();
        if let Some(at) = following.iter().position(|other| Arc::ptr_eq(other, self.1)) {
            following.swap_remove(at);
        }
        drop(following);
        self.0.wakes();
    }
}
