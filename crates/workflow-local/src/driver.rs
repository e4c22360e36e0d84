//! Drives an execution with an engine's handlers: to its end, to a state, or event by event.

use std::borrow::Cow;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use serde_json::Value;

use crate::clock::{Clock, Instant};
use crate::engine::Engine;
use crate::error::{DefinitionError, RunError};
use crate::execution::{Execution, Progress, Status};
use crate::handlers::{CallCounts, Reply};
use crate::history::HistoryEvent;
use crate::nested::{Nested, Timed};
use crate::schedule::{TaskSchedule, begin, settle, submit};
use crate::task::{TaskError, TaskId, TaskRequest};

/// An execution that is run step by step, and can be inspected and changed between the steps.
///
/// ```
/// use serde_json::json;
/// use workflow_local::Engine;
///
/// let engine = Engine::new(&json!({
///     "StartAt": "Count",
///     "States": {
///         "Count": { "Type": "Pass", "Result": 1, "Next": "Decide" },
///         "Decide": {
///             "Type": "Choice",
///             "Choices": [{ "Variable": "$", "NumericGreaterThan": 9, "Next": "Many" }],
///             "Default": "Few"
///         },
///         "Many": { "Type": "Succeed" },
///         "Few": { "Type": "Succeed" }
///     }
/// }))?;
/// let mut driver = engine.driver(&json!({}))?;
/// assert!(driver.until("Decide")?);
/// assert_eq!(**driver.execution().next_input().unwrap(), json!(1));
/// driver.execution_mut().set_next_input(json!(10));
/// driver.finish()?.assert_path(["Count", "Decide", "Many"]);
/// # Ok::<(), workflow_local::RunError>(())
/// ```
pub struct Driver<'e> {
    engine: Cow<'e, Engine>,
    execution: Execution,
    pending: Vec<(TaskId, TaskFuture)>,
    planned: TaskSchedule,
    asked: CallCounts,
    /// Whether the execution has stopped before the state passed to `until`.
    stopped: bool,
    /// The time limit on a virtual clock; to the end if `None`.
    limit: Option<Instant>,
    /// Whether nothing is left to do before the limit.
    rests: bool,
    watcher: Option<Watcher<'e>>,
}

type Watcher<'e> = Box<dyn FnMut(&HistoryEvent) + Send + 'e>;
type TaskFuture = Pin<Box<dyn Future<Output = Result<Done, RunError>> + Send>>;

/// The result of a task's future.
enum Done {
    Answer(Result<Value, TaskError>),
    /// Events at known times.
    Planned(Vec<Timed>),
}

impl fmt::Debug for Driver<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver").field("execution", &self.execution).finish_non_exhaustive()
    }
}

impl<'e> Driver<'e> {
    pub(crate) fn new(engine: &'e Engine, execution: Execution) -> Self {
        Self::of(Cow::Borrowed(engine), execution)
    }

    pub(crate) fn of(engine: Cow<'e, Engine>, execution: Execution) -> Self {
        Self {
            engine,
            execution,
            pending: Vec::new(),
            planned: TaskSchedule::default(),
            asked: CallCounts::default(),
            stopped: false,
            limit: None,
            rests: false,
            watcher: None,
        }
    }

    /// Returns the execution in its current state.
    pub fn execution(&self) -> &Execution {
        &self.execution
    }

    /// Returns the execution in its current state, to change what follows.
    pub fn execution_mut(&mut self) -> &mut Execution {
        &mut self.execution
    }

    /// Calls a closure with each event written from now on, to display progress. The closure replaces an earlier one.
    pub fn watch(&mut self, watcher: impl FnMut(&HistoryEvent) + Send + 'e) {
        self.watcher = Some(Box::new(watcher));
    }

    /// Continues until an event is written to the history, and returns the new events. Returns none if the execution
    /// has ended.
    ///
    /// # Errors
    /// See [`Engine::run`].
    pub fn step(&mut self) -> Result<&[HistoryEvent], RunError> {
        self.stopped = false;
        let before = self.execution.history().len();
        while self.execution.status() == Status::Running && self.execution.history().len() == before {
            block_on(self.advance())?;
        }
        Ok(self.execution.history().get(before..).unwrap_or_default())
    }

    /// Does one step, and returns the events that it wrote to the history. These may be none, also while only the
    /// children of a distributed map make progress.
    ///
    /// # Errors
    /// See [`Engine::run`].
    pub fn turn(&mut self) -> Result<&[HistoryEvent], RunError> {
        self.stopped = false;
        let before = self.execution.history().len();
        if self.execution.status() == Status::Running {
            block_on(self.advance())?;
        }
        Ok(self.execution.history().get(before..).unwrap_or_default())
    }

    /// Continues until the execution is about to enter a state. Returns `false` if it ended before. Another call
    /// continues to the next visit.
    ///
    /// # Errors
    /// See [`Engine::run`]. Also returns an error if the state does not exist.
    pub fn until(&mut self, state: impl AsRef<str>) -> Result<bool, RunError> {
        let state = state.as_ref();
        let program = self.engine.program();
        if program.find(state).is_none() {
            return Err(DefinitionError::unknown_state(program, state).into());
        }
        if std::mem::take(&mut self.stopped) {
            block_on(self.advance())?;
        }
        while self.execution.status() == Status::Running {
            if self.execution.next_state() == Some(state) {
                self.stopped = true;
                return Ok(true);
            }
            block_on(self.advance())?;
        }
        Ok(false)
    }

    /// Runs the execution to its end.
    ///
    /// # Errors
    /// See [`Engine::run`].
    pub fn finish(self) -> Result<Execution, RunError> {
        block_on(self.finish_async())
    }

    /// Runs the execution to its end. Asynchronous closures are polled on the caller's runtime.
    ///
    /// # Errors
    /// See [`Engine::run`].
    pub async fn finish_async(mut self) -> Result<Execution, RunError> {
        while self.execution.status() == Status::Running {
            self.advance().await?;
        }
        Ok(self.execution)
    }

    /// Runs the execution on a virtual clock up to this time, or to its end. If the future is dropped early, the next
    /// call continues.
    pub(crate) async fn run_until(&mut self, limit: Option<Instant>) -> Result<(), RunError> {
        self.limit = limit;
        self.rests = false;
        while self.execution.status() == Status::Running && !self.rests {
            self.advance().await?;
        }
        Ok(())
    }

    /// Does the next step.
    async fn advance(&mut self) -> Result<(), RunError> {
        let before = self.execution.history().len();
        let done = match self.execution.step() {
            Progress::Advanced | Progress::Ended => Ok(()),
            Progress::Task(request) => self.ask(request),
            Progress::Waiting { until } => self.wait(until).await,
        };
        if let Some(watcher) = &mut self.watcher {
            self.execution.history().get(before..).unwrap_or_default().iter().for_each(watcher);
        }
        if self.execution.refusal().is_none() {
            return done;
        }
        match self.execution.take_refusal() {
            Some(refusal) => Err(refusal),
            None => done,
        }
    }

    fn ask(&mut self, request: TaskRequest) -> Result<(), RunError> {
        if let Some(error) = self.engine.injected(request.number) {
            settle(&mut self.execution, request.id, Err(error.clone()));
            return Ok(());
        }
        let asking = self.engine.handlers().find(&request, &mut self.asked);
        match asking.map(|asking| asking.call(&request)) {
            Some(Reply::Now(answer)) => settle(&mut self.execution, request.id, answer),
            Some(Reply::Later(future)) => {
                self.pending.push((request.id, Box::pin(async move { Ok(Done::Answer(future.await)) })));
            }
            Some(Reply::Nested(nested)) => {
                let Nested { started, run } = *nested;
                submit(&mut self.execution, &request, started);
                self.pending.push((request.id, Box::pin(async move { run.await.map(Done::Planned) })));
            }
            Some(Reply::Never) => begin(&mut self.execution, &request),
            Some(Reply::Planned(given)) => self.planned.add(&mut self.execution, &request, *given),
            Some(Reply::NoneLeft { given }) => {
                return Err(RunError::NoAnswerLeft { state: request.state.to_string(), given });
            }
            None => return Err(RunError::of_request(&request)),
        }
        Ok(())
    }

    async fn wait(&mut self, until: Option<Instant>) -> Result<(), RunError> {
        let next = [until, self.planned.next()].into_iter().flatten().min();
        if let Some(limit) = self.limit
            && self.pending.is_empty()
            && next.is_none_or(|next| next > limit)
        {
            self.planned.advance_to(&mut self.execution, limit);
            self.rests = true;
            return Ok(());
        }
        match (next, self.engine.clock_kind()) {
            // Virtual time does not pass while a closure works.
            (Some(next), Clock::Virtual) if self.pending.is_empty() => {
                self.planned.advance_to(&mut self.execution, next)
            }
            (None, _) if self.pending.is_empty() => {
                let state = self.execution.waiting_tasks().first().map(|(_, state)| (*state).to_owned());
                return Err(RunError::Stuck { state: state.unwrap_or_default() });
            }
            (next, clock) => {
                let deadline = next.filter(|_| clock == Clock::Real);
                let answered = next_answer(&mut self.pending, deadline).await;
                if clock == Clock::Real {
                    let now = Instant::now();
                    // Overdue events are delivered one at a time, in the order in which they were due: see the virtual
                    // clock.
                    let overdue = next.filter(|next| *next < now && answered.is_none());
                    self.planned.advance_to(&mut self.execution, overdue.unwrap_or(now));
                }
                match answered {
                    Some((id, Ok(Done::Answer(answer)))) => settle(&mut self.execution, id, answer),
                    Some((id, Ok(Done::Planned(acts)))) => {
                        acts.into_iter().for_each(|(time, act)| self.planned.at(time, id, act));
                    }
                    Some((_, Err(error))) => return Err(error),
                    None => {}
                }
            }
        }
        Ok(())
    }
}

/// Returns the first answer of the futures, or `None` at the deadline.
async fn next_answer(
    pending: &mut Vec<(TaskId, TaskFuture)>,
    deadline: Option<Instant>,
) -> Option<(TaskId, Result<Done, RunError>)> {
    let mut alarm = deadline.map(Alarm::new);
    poll_fn(move |context| {
        for at in 0..pending.len() {
            let polled = pending.get_mut(at).map(|(id, future)| (*id, future.as_mut().poll(context)));
            if let Some((id, Poll::Ready(answer))) = polled {
                drop(pending.remove(at));
                return Poll::Ready(Some((id, answer)));
            }
        }
        if alarm.as_mut().is_some_and(|alarm| alarm.is_due(context)) { Poll::Ready(None) } else { Poll::Pending }
    })
    .await
}

/// Wakes a task at a time from a thread of its own, so that any executor works.
struct Alarm {
    at: Instant,
    shared: Arc<(Mutex<Option<Waker>>, Condvar)>,
    set: bool,
}

impl Alarm {
    fn new(at: Instant) -> Self {
        Self { at, shared: Arc::new((Mutex::new(None), Condvar::new())), set: false }
    }

    fn is_due(&mut self, context: &Context<'_>) -> bool {
        let rest = Instant::now().until(self.at);
        if rest.is_zero() {
            return true;
        }
        *self.shared.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(context.waker().clone());
        if !self.set {
            self.set = true;
            let shared = Arc::clone(&self.shared);
            let waits = std::thread::Builder::new().spawn(move || {
                let waker = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
                // Only `drop` wakes it early, and leaves no waker.
                let waiting = shared.1.wait_timeout_while(waker, rest, |waker| waker.is_some());
                let (mut waker, _) = waiting.unwrap_or_else(PoisonError::into_inner);
                if let Some(waker) = waker.take() {
                    waker.wake();
                }
            });
            if waits.is_err() {
                // A target without threads waits here.
                std::thread::sleep(rest);
                return true;
            }
        }
        false
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        *self.shared.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.shared.1.notify_all();
    }
}

/// Polls a future on this thread until it is ready.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        // A wake between the poll and here makes this return at once.
        std::thread::park_timeout(Duration::from_secs(3600));
    }
}
