//! An execution: a state machine that its caller steps, answers and advances in time. It does nothing by itself, so a
//! test, a server or a debugger can drive it.

mod choice;
mod context;
mod counting;
mod distributed;
pub(crate) mod explored;
mod failure;
mod finish;
mod items;
mod map;
mod map_run;
mod next;
pub(crate) mod one_state;
mod outcome;
mod parallel;
mod redrive;
mod result_writer;
mod retry_catch;
#[cfg(feature = "snapshot")]
mod snapshot;
mod task;
mod thread;
mod timer;
mod variables;
mod view;
mod visit;
mod wait;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use workflow_asl::document::MachineType;
use workflow_asl::error_name::RUNTIME;
use workflow_asl::limits::{EXPRESS_EXECUTION_SECONDS, HISTORY_EVENTS, STANDARD_EXECUTION_SECONDS};

use crate::clock::{Instant, VIRTUAL_START};
use crate::coverage::Watch;
use crate::declared::AnswerTypes;
use crate::error::RunError;
use crate::history::{Compaction, Details, EventType, Events, HistoryEvent};
use crate::payload::Payload;
use crate::program::{Program, StateId};
use crate::random::Random;
use crate::store::ObjectStore;
use crate::task::{TaskId, TaskRequest};
pub use explored::StateFailed;
use failure::Failure;
pub use map_run::{MapRun, MapRunChange, MapRunCounts};
pub use outcome::OutputError;
pub use redrive::NotRedrivable;
#[cfg(feature = "snapshot")]
pub use snapshot::Snapshot;
pub use task::{Answer, TaskWithToken};
use thread::{Doing, RunId, Thread, ThreadId};
use timer::{Timer, TimerKind};
pub(crate) use variables::Variables;
pub use view::View;

/// The status of an execution.
#[cfg_attr(feature = "snapshot", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// It has not ended.
    Running,
    /// It ended in a terminal state.
    Succeeded,
    /// It failed.
    Failed,
    /// It timed out.
    TimedOut,
    /// It was aborted.
    Aborted,
}

impl Status {
    /// Returns the status in the API, such as `TIMED_OUT`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted => "ABORTED",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The result of [`Execution::step`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Progress {
    /// Something happened. More may happen at once.
    Advanced,
    /// A task was scheduled and needs an answer, now or later.
    Task(TaskRequest),
    /// Nothing can happen before a task is answered or, if `until` is given, before that time.
    Waiting {
        /// The time of the next timer.
        until: Option<Instant>,
    },
    /// The execution has ended.
    Ended,
}

/// The names, time and seed with which an execution starts.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Start {
    /// The state machine's ARN.
    pub state_machine_arn: String,
    /// The execution's ARN.
    pub execution_arn: String,
    /// The execution's name.
    pub name: String,
    /// The state machine's name.
    pub state_machine_name: String,
    /// The ARN of its role.
    pub role_arn: String,
    /// Standard or Express. Express has a limit of five minutes.
    pub machine_type: MachineType,
    /// The start time.
    pub time: Instant,
    /// The seed of its random numbers.
    pub seed: u64,
}

impl Start {
    /// Creates a Standard start at [`VIRTUAL_START`] with the seed 0. The names are taken from the ARNs. Set the other
    /// fields as needed.
    ///
    /// ```
    /// let machine = "arn:aws:states:us-east-1:123456789012:stateMachine:Greet";
    /// let start = workflow_local::Start::new(machine, "arn:aws:states:us-east-1:123456789012:execution:Greet:one");
    /// assert_eq!((&*start.state_machine_name, &*start.name), ("Greet", "one"));
    /// ```
    pub fn new(state_machine_arn: impl Into<String>, execution_arn: impl Into<String>) -> Self {
        let (state_machine_arn, execution_arn) = (state_machine_arn.into(), execution_arn.into());
        let part = |arn: &str, number| arn.split(':').nth(number).unwrap_or_default().to_owned();
        Self {
            name: part(&execution_arn, 7),
            state_machine_name: part(&state_machine_arn, 6),
            state_machine_arn,
            execution_arn,
            role_arn: String::new(),
            machine_type: MachineType::Standard,
            time: VIRTUAL_START,
            seed: 0,
        }
    }
}

/// A running or ended execution of a [`Program`].
pub struct Execution {
    program: Arc<Program>,
    start: Arc<Start>,
    now: Instant,
    random: Random,
    runs: Vec<Run>,
    map_runs: Vec<MapRun>,
    /// Whether to keep data for redrives and for inspection of ended children.
    keeps: bool,
    /// Whether it keeps the histories of the first failed children of each distributed map.
    keeps_failed: bool,
    threads: Vec<Option<Box<Thread>>>,
    free: Vec<ThreadId>,
    /// The memory of an ended thread, for reuse.
    spare: Option<Box<Thread>>,
    ready: VecDeque<ThreadId>,
    timers: BinaryHeap<Reverse<Timer>>,
    /// The time at which a Standard execution ends at the latest, with everything in it.
    closes_at: Instant,
    requests: VecDeque<TaskRequest>,
    tasks: BTreeMap<TaskId, ThreadId>,
    tickets: u64,
    /// The number of scheduled tasks, in total and by state.
    scheduled: u64,
    scheduled_of: BTreeMap<StateId, u64>,
    store: Arc<dyn ObjectStore>,
    has_activity: Option<ByArn>,
    may_start: Option<ByArn>,
    /// How often each way of the program was taken; empty without coverage.
    taken: Vec<u64>,
    /// The context object, if the caller gave one.
    given_context: Option<Payload>,
    /// The items of maps, instead of the items that their item readers would read.
    given_items: Option<GivenItems>,
    /// The types that answers to tasks are checked against.
    answer_types: Option<Arc<AnswerTypes>>,
    /// The mismatch of the last rejected answer.
    refusal: Option<RunError>,
    /// Whether it could be redriven when its snapshot was made; `None` unless it was made of one.
    of_snapshot: Option<Result<(), NotRedrivable>>,
    /// The limits of one JSONata expression.
    #[cfg(feature = "jsonata")]
    jsonata_limits: workflow_jsonata::Limits,
}

/// Answers a question about the activity or the map run with this ARN.
type ByArn = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// The items of a map that has this name; `None` for the items that its item reader reads.
pub(crate) type GivenItems = Arc<dyn Fn(&str) -> Option<Vec<serde_json::Value>> + Send + Sync>;

/// The most events of an Express execution. AWS has no such limit, but in virtual time a loop without a pause would
/// never end.
const EXPRESS_EVENTS: usize = 1_000_000;

/// One history: of the execution itself, or of a distributed map's child.
#[derive(Clone)]
#[cfg_attr(feature = "snapshot", derive(serde::Serialize, serde::Deserialize))]
struct Run {
    name: Arc<str>,
    arn: Arc<str>,
    machine_arn: Arc<str>,
    machine_name: Arc<str>,
    input: Payload,
    started: Instant,
    #[cfg_attr(feature = "snapshot", serde(skip))]
    history: Events,
    /// The payloads most recently kept in the history.
    #[cfg_attr(feature = "snapshot", serde(skip))]
    recent: Compaction,
    status: Status,
    output: Option<Payload>,
    error: Option<Arc<str>>,
    cause: Option<Arc<str>>,
    stopped: Option<Instant>,
    /// The failures of states that no retrier handled, for exploration.
    #[cfg_attr(feature = "snapshot", serde(skip))]
    failed: Vec<StateFailed>,
    /// Bytes of all variables that are stored at present.
    #[cfg_attr(feature = "snapshot", serde(skip))]
    variable_bytes: usize,
    /// The map that this child belongs to, and the index of its item.
    #[cfg_attr(feature = "snapshot", serde(skip))]
    owner: Option<(ThreadId, usize)>,
    /// The index of the map run that this child belongs to.
    map_run: Option<usize>,
    /// The threads at the time when the run ended without success.
    #[cfg_attr(feature = "snapshot", serde(skip))]
    unfinished: Option<Box<Thread>>,
    redrive_count: u64,
    redriven: Option<Instant>,
}

impl Execution {
    /// Starts an execution. Only `ExecutionStarted` is written before the first [`step`](Self::step).
    pub fn start(program: Arc<Program>, input: Payload, start: Start, store: Arc<dyn ObjectStore>) -> Self {
        let first = program.start();
        Self::start_at(program, first, input, Variables::default(), start, store)
    }

    /// Limits each JSONata expression from now on. See [`Engine::jsonata_limits`](crate::Engine).
    #[cfg(feature = "jsonata")]
    pub fn limit_jsonata(&mut self, limits: workflow_jsonata::Limits) {
        self.jsonata_limits = limits;
    }

    /// Returns an execution before its start, in which nothing runs.
    fn without_runs(program: Arc<Program>, start: Start, store: Arc<dyn ObjectStore>) -> Self {
        Self {
            now: start.time,
            random: Random::new(start.seed),
            runs: Vec::new(),
            map_runs: Vec::new(),
            keeps: false,
            keeps_failed: false,
            threads: Vec::new(),
            free: Vec::new(),
            spare: None,
            ready: VecDeque::new(),
            timers: BinaryHeap::new(),
            closes_at: start.time.after(Duration::from_secs(STANDARD_EXECUTION_SECONDS)),
            requests: VecDeque::new(),
            tasks: BTreeMap::new(),
            tickets: 0,
            scheduled: 0,
            scheduled_of: BTreeMap::new(),
            taken: program.watch().map(Watch::counters).unwrap_or_default(),
            program,
            start: Arc::new(start),
            store,
            has_activity: None,
            may_start: None,
            given_context: None,
            given_items: None,
            answer_types: None,
            refusal: None,
            of_snapshot: None,
            #[cfg(feature = "jsonata")]
            jsonata_limits: workflow_jsonata::Limits::default(),
        }
    }

    /// Starts at a state, with the state's input and the variables assigned before it. A state of a branch or of an
    /// item processor runs that branch or item processor alone, to its end.
    pub(crate) fn start_at(
        program: Arc<Program>,
        first: StateId,
        input: Payload,
        variables: Variables,
        start: Start,
        store: Arc<dyn ObjectStore>,
    ) -> Self {
        let mut execution = Self::without_runs(program, start, store);
        let run = execution.add_run(Run {
            name: execution.start.name.as_str().into(),
            arn: execution.start.execution_arn.as_str().into(),
            machine_arn: execution.start.state_machine_arn.as_str().into(),
            machine_name: execution.start.state_machine_name.as_str().into(),
            input: input.clone(),
            started: execution.now,
            history: Events::default(),
            recent: Compaction::default(),
            status: Status::Running,
            output: None,
            error: None,
            cause: None,
            stopped: None,
            failed: Vec::new(),
            variable_bytes: variables.own_bytes(),
            owner: None,
            map_run: None,
            unfinished: None,
            redrive_count: 0,
            redriven: None,
        });
        let limit = Self::time_limit(execution.start.machine_type);
        if let Some(seconds) = [execution.program.timeout_seconds(), limit].into_iter().flatten().min() {
            execution.set_timer(seconds, ThreadId(0), 0, TimerKind::Execution(run));
        }
        execution.spawn(run, None, variables, None, 0, Doing::Enter(first, input), false);
        execution
    }

    /// Rejects answers that do not match these types.
    pub(crate) fn check_answers(&mut self, types: Arc<AnswerTypes>) {
        self.answer_types = Some(types);
    }

    /// Returns why [`succeed`](Self::succeed) last [rejected](Answer::Refused) an answer: [`RunError::AnswerType`].
    pub fn refusal(&self) -> Option<&RunError> {
        self.refusal.as_ref()
    }

    pub(crate) fn take_refusal(&mut self) -> Option<RunError> {
        self.refusal.take()
    }

    /// Returns the time limit of executions in seconds. For Standard executions, see `closes_at`.
    fn time_limit(kind: MachineType) -> Option<u64> {
        (kind == MachineType::Express).then_some(EXPRESS_EXECUTION_SECONDS)
    }

    /// Sets which activities exist, by ARN. By default, all exist. A task of one that does not exist fails the
    /// execution.
    pub fn known_activities(&mut self, exists: impl Fn(&str) -> bool + Send + Sync + 'static) {
        self.has_activity = Some(Arc::new(exists));
    }

    /// Sets which map runs may start their children, by ARN. By default, all may. One that may not waits until
    /// [`change_map_run`](Self::change_map_run), which asks again.
    pub fn admitted_map_runs(&mut self, may_start: impl Fn(&str) -> bool + Send + Sync + 'static) {
        self.may_start = Some(Arc::new(may_start));
    }

    fn add_run(&mut self, run: Run) -> RunId {
        let id = RunId(self.runs.len());
        let details =
            Details::ExecutionStarted { input: run.input.clone(), role_arn: self.start.role_arn.as_str().into() };
        self.runs.push(run);
        self.emit(id, 0, EventType::ExecutionStarted, details);
        id
    }

    /// Does the next step: enters a state, does its work, or ends a branch.
    pub fn step(&mut self) -> Progress {
        if self.status() != Status::Running {
            return Progress::Ended;
        }
        if let Some(request) = self.requests.pop_front() {
            return Progress::Task(request);
        }
        let Some(id) = self.ready.pop_front() else {
            return Progress::Waiting { until: self.next_timer() };
        };
        if let Some(thread) = self.take(id) {
            self.advance(thread);
        }
        if self.status() == Status::Running { Progress::Advanced } else { Progress::Ended }
    }

    /// Advances a thread that is ready.
    fn advance(&mut self, mut thread: Box<Thread>) {
        // One clone for the whole step, because cloning is relatively expensive.
        let program = Arc::clone(&self.program);
        match std::mem::replace(&mut thread.doing, Doing::Done) {
            Doing::Enter(state, input) => self.enter(&program, thread, state, input),
            Doing::Work => {
                if let Some(visit) = thread.visit.take() {
                    self.work(&program, thread, visit);
                }
            }
            Doing::Again => self.work_again(&program, thread),
            Doing::Awake => self.leave_wait(&program, thread),
            Doing::Join(join) => self.launch(thread, join),
            waiting @ (Doing::Sleep(_) | Doing::Task(_) | Doing::Done) => {
                thread.doing = waiting;
                self.park(thread);
            }
        }
    }

    fn run(&self, id: RunId) -> &Run {
        #[expect(clippy::indexing_slicing, reason = "runs are only added, and ids are only made by adding")]
        &self.runs[id.0]
    }

    fn run_mut(&mut self, id: RunId) -> &mut Run {
        #[expect(clippy::indexing_slicing, reason = "runs are only added, and ids are only made by adding")]
        &mut self.runs[id.0]
    }

    /// Returns how many events a history may have.
    fn most_events(&self, id: RunId) -> usize {
        let map_run = self.run(id).map_run.and_then(|number| self.map_runs.get(number));
        match map_run.map_or(self.start.machine_type, MapRun::child_type) {
            MachineType::Standard => HISTORY_EVENTS,
            MachineType::Express => EXPRESS_EVENTS,
        }
    }

    /// Adds an event, and returns its id. The history's limit turns the last one into a failure.
    fn emit(&mut self, id: RunId, previous_id: u64, kind: EventType, mut details: Details) -> u64 {
        let now = self.now;
        let run = self.run_mut(id);
        if run.status != Status::Running {
            return previous_id;
        }
        let ends = matches!(
            kind,
            EventType::ExecutionSucceeded
                | EventType::ExecutionFailed
                | EventType::ExecutionAborted
                | EventType::ExecutionTimedOut
        );
        let events = run.history.len() + 1;
        if events >= HISTORY_EVENTS && !ends && events >= self.most_events(id) {
            let cause = format!("The execution reached the maximum number of history events ({events}).");
            self.end_failed(id, previous_id, Failure::new(RUNTIME, Some(cause)));
            return previous_id;
        }
        let run = self.run_mut(id);
        let event_id = run.history.len() as u64 + 1;
        run.recent.keep(&mut details);
        run.history.push(HistoryEvent { id: event_id, previous_id, timestamp: now, kind, details });
        event_id
    }

    /// Adds an event, which the thread's next one follows.
    fn record(&mut self, thread: &mut Thread, kind: EventType, details: Details) {
        thread.last = self.emit(thread.run, thread.last, kind, details);
    }

    /// Creates a thread that is ready.
    #[expect(clippy::too_many_arguments, reason = "these are what a thread consists of")]
    fn spawn(
        &mut self,
        run: RunId,
        parent: Option<(ThreadId, usize)>,
        variables: Variables,
        item: Option<thread::MapItem>,
        last: u64,
        doing: Doing,
        first: bool,
    ) -> ThreadId {
        let id = self.free.pop().unwrap_or_else(|| {
            self.threads.push(None);
            ThreadId(self.threads.len() - 1)
        });
        let ticket = self.ticket();
        let thread = match self.spare.take() {
            // It is empty, so a visit need not be written over.
            Some(mut thread) => {
                (thread.id, thread.run, thread.parent, thread.last) = (id, run, parent, last);
                (thread.variables, thread.item, thread.doing, thread.ticket) = (variables, item, doing, ticket);
                thread
            }
            None => Box::new(Thread { id, run, parent, last, variables, item, visit: None, doing, ticket }),
        };
        self.park(thread);
        if first {
            self.ready.push_front(id);
        } else {
            self.ready.push_back(id);
        }
        id
    }

    fn ticket(&mut self) -> u64 {
        self.tickets += 1;
        self.tickets
    }

    fn take(&mut self, id: ThreadId) -> Option<Box<Thread>> {
        self.threads.get_mut(id.0).and_then(Option::take)
    }

    /// Puts a thread back. A thread of an ended run is dropped.
    fn park(&mut self, thread: Box<Thread>) {
        let id = thread.id;
        if self.run(thread.run).status != Status::Running {
            self.release(id);
            return;
        }
        if let Some(place) = self.threads.get_mut(id.0) {
            *place = Some(thread);
        }
    }

    /// Puts a thread back that continues at once, before anything else.
    fn go_on(&mut self, thread: Box<Thread>) {
        let id = thread.id;
        self.park(thread);
        self.ready.push_front(id);
    }

    /// Keeps the memory of an ended thread, and drops its data.
    fn recycle(&mut self, mut thread: Box<Thread>) {
        (thread.variables, thread.item, thread.visit) = (Variables::default(), None, None);
        thread.doing = Doing::Done;
        self.spare = Some(thread);
    }

    /// Ends a thread, and drops its scope's variables.
    fn end_thread(&mut self, thread: &Thread) {
        let bytes = thread.variables.own_bytes();
        let run = self.run_mut(thread.run);
        run.variable_bytes = run.variable_bytes.saturating_sub(bytes);
        self.release(thread.id);
    }

    fn release(&mut self, id: ThreadId) {
        if let Some(place) = self.threads.get_mut(id.0) {
            *place = None;
        }
        self.free.push(id);
    }

    /// Ends a run with a failure, an abort or a timeout.
    fn end_run(&mut self, id: RunId, previous_id: u64, status: Status, failure: Failure) {
        let kind = match status {
            Status::TimedOut => EventType::ExecutionTimedOut,
            Status::Aborted => EventType::ExecutionAborted,
            _ => EventType::ExecutionFailed,
        };
        let details = Details::Failure { error: failure.error.clone(), cause: failure.cause.clone() };
        self.emit(id, previous_id, kind, details);
        let now = self.now;
        let run = self.run_mut(id);
        if run.status != Status::Running {
            return;
        }
        run.status = status;
        // The event of a time-out has an error, the execution has none.
        run.error = failure.error.filter(|_| status != Status::TimedOut);
        run.cause = failure.cause;
        run.stopped = Some(now);
        if id == RunId(0) {
            self.stop_map_runs();
            self.keep_unfinished(id);
            self.drop_everything();
        } else {
            self.keep_unfinished(id);
        }
    }

    /// Drops everything that is open, when the execution has ended.
    fn drop_everything(&mut self) {
        self.threads.clear();
        self.free.clear();
        self.ready.clear();
        self.timers.clear();
        self.requests.clear();
        self.tasks.clear();
        self.record_taken();
    }

    /// Stops the execution (`StopExecution`). Does nothing if it has ended.
    pub fn stop(&mut self, error: Option<&str>, cause: Option<&str>) {
        if self.status() == Status::Running {
            let failure = Failure { error: error.map(Into::into), ..Failure::new("", cause.map(str::to_owned)) };
            self.end_run(RunId(0), 0, Status::Aborted, failure);
        }
    }
}
