//! Support for exploration: copies of an execution, fingerprints, and the ways taken.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde_json::Value;
use workflow_runtime::Workflow;
use workflow_runtime::runner::{ExecutionStatus, RunnerError, RunnerEvent};

use super::thread::{Doing, JoinKind, RunId, Thread, ThreadId};
use super::timer::TimerKind;
use super::view::View;
use super::{Execution, GivenItems};
use crate::program::Program;
use crate::task::TaskId;

/// The copy is independent from here on: it shares the definition, the store and the values with the original.
impl Clone for Execution {
    fn clone(&self) -> Self {
        Self {
            program: Arc::clone(&self.program),
            start: Arc::clone(&self.start),
            now: self.now,
            random: self.random.clone(),
            runs: self.runs.clone(),
            map_runs: self.map_runs.clone(),
            keeps: self.keeps,
            keeps_failed: self.keeps_failed,
            threads: self.threads.clone(),
            free: self.free.clone(),
            spare: None,
            ready: self.ready.clone(),
            timers: self.timers.clone(),
            closes_at: self.closes_at,
            requests: self.requests.clone(),
            tasks: self.tasks.clone(),
            tickets: self.tickets,
            scheduled: self.scheduled,
            scheduled_of: self.scheduled_of.clone(),
            store: Arc::clone(&self.store),
            has_activity: self.has_activity.clone(),
            may_start: self.may_start.clone(),
            taken: self.taken.clone(),
            given_context: self.given_context.clone(),
            given_items: self.given_items.clone(),
            answer_types: self.answer_types.clone(),
            // It is of the original's last answer.
            refusal: None,
            of_snapshot: self.of_snapshot,
            #[cfg(feature = "jsonata")]
            jsonata_limits: self.jsonata_limits,
        }
    }
}

/// What explorations, servers and the command line need of an execution.
#[doc(hidden)]
pub trait InternalExecution {
    /// Hashes everything that determines the future of the execution: its input, the position and the data of each
    /// branch, its outstanding work, and its timers by how long they still run. Left out is the past (the history, the
    /// numbers of events and tasks, tokens). `time` adds its present, and `random` the random numbers to come, for
    /// definitions whose expressions look at them.
    fn fingerprint(&self, time: bool, random: bool, hasher: &mut impl Hasher);

    /// Returns the branches and iterations that contain a task, the outermost first; together with its state's name
    /// they identify a waiting task.
    fn place_of(&self, task: TaskId) -> Vec<usize>;

    /// Returns how often the states around a task were retried in their visits.
    fn retries_around(&self, task: TaskId) -> u64;

    /// Returns the position of a waiting task: the number of its [history](Self::history_of), and the last event of its
    /// branch there.
    fn event_of(&self, task: TaskId) -> Option<(usize, u64)>;

    /// As [`event_of`](Self::event_of), of the branch that enters [`next_state`](Self::next_state).
    fn event_before_next(&self) -> Option<(usize, u64)>;

    /// A history by its number: 0 is the execution's own history, the others are the histories of the children of
    /// distributed maps. With the number of the item or batch, for a child.
    fn history_of(&self, number: usize) -> Option<(View<'_>, Option<usize>)>;

    /// Returns when the next timer is due.
    fn due_at(&mut self) -> Option<crate::clock::Instant>;

    /// Returns the task that times out, or misses its heartbeat, when the next timer is due.
    fn due_next(&self) -> Option<TaskId>;

    /// Returns whether a branch sleeps until the next timer is due, as opposed to the time limit of the execution or of a
    /// child execution.
    fn has_branch_timer(&self) -> bool;

    /// Returns how many more attempts the retrier has that an error of a waiting task belongs to; 0 without one.
    fn attempts_left(&self, task: TaskId, error: Option<&str>, missed_heartbeat: bool) -> u64;

    /// Returns whether the histories of the children of distributed maps are kept.
    fn keeps_for_inspection(&self) -> bool;

    /// The definition that it runs.
    fn program(&self) -> &Program;

    /// Counts from now on the ways that it takes.
    fn count_ways(&mut self);

    /// Returns how often it took each way, by the numbers of [`Program::ways`]; empty unless they are counted.
    fn ways_taken(&self) -> &[u64];

    /// Sets the items of maps by their names, instead of the items that their item readers would read.
    fn give_items(&mut self, items: GivenItems);

    /// Seconds after which a waiting task times out, and between its heartbeats, where its state has such limits.
    fn time_limits_of(&self, task: TaskId) -> (Option<u64>, Option<u64>);

    /// How often it took each way, by the numbers of [`Program::ways`], since it was asked last.
    fn drain_ways(&mut self, taken: impl FnMut(usize));

    /// Keeps the histories of the first failed children of each distributed map, to show why they failed.
    fn keep_failed_children(&mut self);

    /// Returns the status, with the output of the workflow's type.
    ///
    /// # Errors
    /// Returns an error if the output does not match the type.
    fn runner_status<W: Workflow>(&self) -> Result<ExecutionStatus<W::Output>, RunnerError>;

    /// Returns the history so far.
    fn runner_history<W: Workflow>(&self) -> Vec<RunnerEvent<W>>;
}

impl Execution {
    /// The threads that contain a task, the innermost first, with the index of the branch or iteration in each.
    fn owners_of(&self, task: TaskId) -> impl Iterator<Item = (ThreadId, usize)> {
        let owner = |id: ThreadId| {
            let thread = self.threads.get(id.0)?.as_deref()?;
            thread.parent.or_else(|| self.run(thread.run).owner)
        };
        std::iter::successors(self.tasks.get(&task).and_then(|id| owner(*id)), move |(id, _)| owner(*id))
    }
}

impl InternalExecution for Execution {
    fn fingerprint(&self, time: bool, random: bool, hasher: &mut impl Hasher) {
        let mut found =
            Fingerprint { execution: self, time, hasher, order: vec![usize::MAX; self.threads.len()], next: 0 };
        hash_value(self.input(), found.hasher);
        let threads = || self.threads.iter().flatten();
        for thread in threads().filter(|thread| thread.parent.is_none() && thread.run == RunId(0)) {
            found.thread(thread);
        }
        // Threads without a parent.
        for thread in threads() {
            if found.number(thread.id) == usize::MAX {
                found.thread(thread);
            }
        }
        for run in self.runs.iter().skip(1) {
            run.status.name().hash(found.hasher);
        }
        let mut timers: Vec<_> =
            self.timers.iter().map(|timer| &timer.0).filter(|timer| self.is_current(timer)).collect();
        timers.sort();
        for timer in timers {
            let of = match timer.kind {
                TimerKind::Execution(run) => run.0,
                TimerKind::Wake | TimerKind::Task | TimerKind::Heartbeat(_) => found.number(timer.thread),
            };
            let kind = std::mem::discriminant(&timer.kind);
            (self.now.until(timer.at), of, kind).hash(found.hasher);
        }
        for id in &self.ready {
            found.number(*id).hash(found.hasher);
        }
        for request in &self.requests {
            let thread = self.tasks.get(&request.id).map(|thread| found.number(*thread));
            thread.hash(found.hasher);
        }
        if time {
            self.now.hash(hasher);
        }
        if random {
            self.random.state().hash(hasher);
        }
    }

    fn place_of(&self, task: TaskId) -> Vec<usize> {
        let mut place: Vec<_> = self.owners_of(task).map(|(_, index)| index).collect();
        place.reverse();
        place
    }

    fn retries_around(&self, task: TaskId) -> u64 {
        let around = self.owners_of(task).filter_map(|(id, _)| self.threads.get(id.0)?.as_ref()?.visit.as_ref());
        around.map(|visit| visit.retries).sum()
    }

    fn event_of(&self, task: TaskId) -> Option<(usize, u64)> {
        let thread = self.threads.get(self.tasks.get(&task)?.0)?.as_deref()?;
        Some((thread.run.0, thread.last))
    }

    fn event_before_next(&self) -> Option<(usize, u64)> {
        self.next_entry().map(|thread| (thread.run.0, thread.last))
    }

    fn history_of(&self, number: usize) -> Option<(View<'_>, Option<usize>)> {
        let run = self.runs.get(number)?;
        Some((View { execution: self, id: RunId(number) }, run.owner.map(|(_, item)| item)))
    }

    fn due_at(&mut self) -> Option<crate::clock::Instant> {
        self.next_timer()
    }

    fn due_next(&self) -> Option<TaskId> {
        let timer = self.timers.iter().map(|timer| &timer.0).filter(|timer| self.is_current(timer)).min()?;
        match timer.kind {
            TimerKind::Task | TimerKind::Heartbeat(_) => {
                let thread = self.threads.get(timer.thread.0)?.as_deref()?;
                Some(TaskId(thread.ticket))
            }
            TimerKind::Execution(_) | TimerKind::Wake => None,
        }
    }

    fn has_branch_timer(&self) -> bool {
        let timer = self.timers.iter().map(|timer| &timer.0).filter(|timer| self.is_current(timer)).min();
        timer.is_some_and(|timer| !matches!(timer.kind, TimerKind::Execution(_)))
    }

    fn attempts_left(&self, task: TaskId, error: Option<&str>, missed_heartbeat: bool) -> u64 {
        let thread = self.tasks.get(&task).and_then(|id| self.threads.get(id.0)?.as_deref());
        let Some(visit) = thread.and_then(|thread| thread.visit.as_ref()) else { return 0 };
        let retriers = self.program.state(visit.state).retry.iter().zip(&visit.used);
        let mut fitting = retriers.filter(|(retrier, _)| retrier.errors.matches(error, missed_heartbeat));
        fitting.next().map_or(0, |(retrier, used)| retrier.max_attempts.saturating_sub(*used))
    }

    fn keeps_for_inspection(&self) -> bool {
        self.keeps
    }

    fn program(&self) -> &Program {
        &self.program
    }

    fn count_ways(&mut self) {
        self.taken = vec![0; self.program.way_count()];
    }

    fn ways_taken(&self) -> &[u64] {
        &self.taken
    }

    fn give_items(&mut self, items: GivenItems) {
        self.given_items = Some(items);
    }

    fn time_limits_of(&self, task: TaskId) -> (Option<u64>, Option<u64>) {
        let thread = self.tasks.get(&task).and_then(|id| self.threads.get(id.0)?.as_deref());
        match thread.map(|thread| &thread.doing) {
            Some(Doing::Task(task)) => (task.timeout_seconds, task.heartbeat_seconds),
            _ => (None, None),
        }
    }

    fn drain_ways(&mut self, mut taken: impl FnMut(usize)) {
        for (number, count) in self.taken.iter_mut().enumerate() {
            if std::mem::take(count) > 0 {
                taken(number);
            }
        }
    }

    fn keep_failed_children(&mut self) {
        self.keeps_failed = true;
    }

    fn runner_status<W: Workflow>(&self) -> Result<ExecutionStatus<W::Output>, RunnerError> {
        self.status_of::<W>()
    }

    fn runner_history<W: Workflow>(&self) -> Vec<RunnerEvent<W>> {
        self.events_of()
    }
}

/// The failures in a history.
#[doc(hidden)]
pub trait InternalView<'e> {
    /// The failure with which a state was left through a catcher with this `…Exited` event; `None` where it was left otherwise.
    fn caught(self, exited: u64) -> Option<&'e StateFailed>;

    /// The failures of states that no retrier handled, in order.
    fn failed(self) -> &'e [StateFailed];
}

impl<'e> InternalView<'e> for View<'e> {
    fn caught(self, exited: u64) -> Option<&'e StateFailed> {
        let failed = self.failed();
        let after = failed.partition_point(|failed| failed.events < exited);
        after
            .checked_sub(1)
            .and_then(|at| failed.get(at))
            .filter(|failed| failed.is_caught && failed.events + 1 == exited)
    }

    fn failed(self) -> &'e [StateFailed] {
        &self.execution.run(self.id).failed
    }
}

/// A failure of a state that no retrier handled.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct StateFailed {
    /// The state.
    pub state: Arc<str>,
    /// The error.
    pub error: Option<Arc<str>>,
    /// Whether the error is a timeout because no heartbeat came in time.
    pub missed_heartbeat: bool,
    /// Whether a catcher took it.
    pub is_caught: bool,
    /// The number of events before it.
    pub events: u64,
    /// The last event on its branch.
    pub previous: u64,
}

/// The definition that is explored, its handlers and its ways.
#[doc(hidden)]
pub trait InternalProgram {
    /// Returns the definition that it was compiled from.
    #[cfg(feature = "graph")]
    fn definition(&self) -> &Value;

    /// Returns the numbers of the retrier and of the catcher of a state that an error belongs to.
    fn handlers_of(&self, state: &str, error: Option<&str>, missed_heartbeat: bool) -> (Option<usize>, Option<usize>);

    /// Returns where each way that an execution can take stands in the document: the pointers of
    /// [`Point`](crate::coverage::Point)s.
    fn ways(&self) -> Vec<workflow_asl::Pointer>;

    /// Turns [coverage](crate::coverage) off, for executions that are not run by tests.
    #[must_use]
    fn unwatched(self) -> Self;

    /// Records for [coverage](crate::coverage) what an exploration took, by the indices of [`ways`](Self::ways).
    fn explored(&self, taken: &[bool]);
}

impl InternalProgram for Program {
    #[cfg(feature = "graph")]
    fn definition(&self) -> &Value {
        &self.definition
    }

    fn handlers_of(&self, state: &str, error: Option<&str>, missed_heartbeat: bool) -> (Option<usize>, Option<usize>) {
        let Some(state) = self.find(state) else { return (None, None) };
        let retrier = state.retry.iter().position(|retrier| retrier.errors.matches(error, missed_heartbeat));
        let catcher = state.catch.iter().position(|catcher| catcher.errors.matches(error, missed_heartbeat));
        (retrier, catcher)
    }

    fn ways(&self) -> Vec<workflow_asl::Pointer> {
        self.way_pointers()
    }

    fn unwatched(self) -> Self {
        self.without_coverage()
    }

    fn explored(&self, taken: &[bool]) {
        self.record_explored(taken);
    }
}

struct Fingerprint<'f, H> {
    execution: &'f Execution,
    time: bool,
    hasher: &'f mut H,
    /// The number of each thread on the way through the tree of them.
    order: Vec<usize>,
    next: usize,
}

impl<H: Hasher> Fingerprint<'_, H> {
    fn number(&self, id: ThreadId) -> usize {
        self.order.get(id.0).copied().unwrap_or(usize::MAX)
    }

    fn thread(&mut self, thread: &Thread) {
        if let Some(number) = self.order.get_mut(thread.id.0) {
            *number = self.next;
        }
        self.next += 1;
        for (name, value) in thread.variables.own() {
            name.hash(self.hasher);
            hash_value(value, self.hasher);
        }
        if let Some(item) = &thread.item {
            item.index.hash(self.hasher);
            hash_value(&item.value, self.hasher);
        }
        if let Some(visit) = &thread.visit {
            visit.name.hash(self.hasher);
            hash_value(&visit.raw, self.hasher);
            if let Some(selected) = &visit.selected {
                hash_value(selected, self.hasher);
            }
            visit.used.hash(self.hasher);
            if self.time {
                visit.entered_time.hash(self.hasher);
            }
        }
        std::mem::discriminant(&thread.doing).hash(self.hasher);
        match &thread.doing {
            Doing::Enter(state, input) => {
                self.execution.program.state(*state).name.hash(self.hasher);
                hash_value(input, self.hasher);
            }
            Doing::Sleep(then) => std::mem::discriminant(then).hash(self.hasher),
            Doing::Task(task) => (task.started, task.submitted).hash(self.hasher),
            Doing::Join(join) => {
                (join.pending, join.next, join.limit).hash(self.hasher);
                join.items.values().for_each(|value| hash_value(value, self.hasher));
                for result in &join.results {
                    result.is_some().hash(self.hasher);
                    if let Some(result) = result {
                        hash_value(result, self.hasher);
                    }
                }
                if let JoinKind::MapRun(run) = &join.kind {
                    (run.failed_items, &run.failed).hash(self.hasher);
                }
                for (index, id) in join.running.iter() {
                    index.hash(self.hasher);
                    if let Some(Some(child)) = self.execution.threads.get(id.0) {
                        self.thread(child);
                    }
                }
            }
            Doing::Work | Doing::Again | Doing::Awake | Doing::Done => {}
        }
    }
}

fn hash_value(value: &Value, hasher: &mut impl Hasher) {
    std::mem::discriminant(value).hash(hasher);
    match value {
        Value::Null => {}
        Value::Bool(truth) => truth.hash(hasher),
        Value::Number(number) => number.hash(hasher),
        Value::String(text) => text.hash(hasher),
        Value::Array(items) => {
            items.len().hash(hasher);
            items.iter().for_each(|item| hash_value(item, hasher));
        }
        Value::Object(members) => {
            members.len().hash(hasher);
            for (name, value) in members {
                name.hash(hasher);
                hash_value(value, hasher);
            }
        }
    }
}
