//! An engine as the runner of a workflow, so that a service's own tests need no server.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde_json::Value;
use workflow_asl::limits::RESOURCE_NAME_CHARS;
use workflow_runtime::runner::{ExecutionStatus, Failure, Runner, RunnerError, RunnerEvent, RunnerFuture};
use workflow_runtime::{Sensitive, Standard, Workflow};

use crate::arn;
use crate::clock::{Clock, Instant};
use crate::driver::Driver;
use crate::engine::Engine;
use crate::error::RunError;
use crate::execution::{Execution, Status};
use crate::history::{Details, HistoryEvent};
use crate::payload::Payload;

/// Runs executions of the Standard workflow `W` in this process and in virtual time, for a service that uses
/// [`Runner`].
///
/// Time passes only on request. A started execution continues as far as possible without time passing: to its end if
/// its tasks are answered at once and nothing waits. [`pass`](Self::pass) lets time pass for all executions, and
/// [`wait`](Runner::wait) lets as much pass as its execution needs. Every status request advances its execution too, so
/// asynchronous closures are polled on the caller's runtime.
///
/// ```
/// use std::time::Duration;
/// use workflow_local::{Engine, LocalRunner};
/// use workflow_runtime::runner::{ExecutionStatus, Runner, RunnerError};
/// use workflow_runtime::workflow;
///
/// workflow! {
///     pub workflow Remind {
///         input { whom: String }
///         returns { said: String }
///         wait Rest for 1h -> Say;
///         task Say = lambda::invoke<String> { FunctionName: "say", Payload: input.whom }
///             output { said: result.Payload } -> end;
///     }
/// }
///
/// /// What is tested: it knows nothing of the engine.
/// async fn remind(runner: &impl Runner<Remind>, whom: &str) -> Result<String, RunnerError> {
///     runner.start(&RemindInput { whom: whom.to_owned() }).await
/// }
///
/// # fn block_on<T>(future: impl Future<Output = T>) -> T {
/// #     match std::pin::pin!(future).poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
/// #         std::task::Poll::Ready(value) => value,
/// #         std::task::Poll::Pending => unreachable!(),
/// #     }
/// # }
/// # block_on(async {
/// let engine = Engine::of::<Remind>()?.on_lambda("say", |whom: String| Ok(format!("wake up, {whom}")));
/// let runner = LocalRunner::<Remind>::new(engine);
///
/// let name = remind(&runner, "Ada").await?;
/// assert_eq!(runner.status(&name).await?, ExecutionStatus::Running);
/// runner.pass(Duration::from_secs(3600));
/// let said = "wake up, Ada".to_owned();
/// assert_eq!(runner.status(&name).await?, ExecutionStatus::Succeeded(RemindOutput { said }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Executions are named `execution-1`, `execution-2` and so on, and the same calls always give the same histories.
/// Errors of the engine (an input of the wrong type, a task without an answer) are [`RunnerError::Other`] with a
/// [`RunError`] as source. A closure must not query the runner about the execution whose task it answers.
pub struct LocalRunner<W> {
    shared: Arc<Shared>,
    workflow: PhantomData<fn() -> W>,
}

struct Shared {
    engine: Engine,
    state: Mutex<State>,
}

struct State {
    now: Instant,
    started: u64,
    executions: BTreeMap<String, Arc<KeptExecution>>,
}

/// An execution.
struct KeptExecution {
    input: Payload,
    running: Mutex<Running>,
    waiting: Arc<Waiting>,
}

struct Running {
    driver: Driver<'static>,
    /// The error that prevents it from continuing.
    broken: Option<Arc<RunError>>,
}

/// The wakers of the callers that wait for an execution. All are woken, because the first of them continues it.
#[derive(Default)]
struct Waiting(Mutex<Vec<Waker>>);

impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        let wakers = std::mem::take(&mut *lock(&self.0));
        wakers.into_iter().for_each(Waker::wake);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<W: Workflow<Kind = Standard>> LocalRunner<W> {
    /// Creates a runner of this engine, which has the workflow's definition and handlers. Its clock becomes virtual.
    pub fn new(engine: Engine) -> Self {
        let engine = engine.clock(Clock::Virtual);
        let now = engine.default_identity().time;
        let state = Mutex::new(State { now, started: 0, executions: BTreeMap::new() });
        Self { shared: Arc::new(Shared { engine, state }), workflow: PhantomData }
    }

    /// Lets this much time pass: everything due by then happens now, in all executions.
    pub fn pass(&self, time: Duration) {
        let (now, executions) = {
            let mut state = lock(&self.shared.state);
            state.now = state.now.after(time);
            (state.now, state.executions.values().cloned().collect::<Vec<_>>())
        };
        for kept in executions {
            // Errors of an execution are returned by its next query.
            let _ = kept.go_on(Some(now));
        }
    }

    /// Returns the current time of the executions.
    pub fn now(&self) -> Instant {
        lock(&self.shared.state).now
    }

    /// Inspects an execution: its path, its history, its assertions. Returns `None` if none has this name.
    pub fn inspect<T>(&self, name: &str, look: impl FnOnce(&Execution) -> T) -> Option<T> {
        let kept = lock(&self.shared.state).executions.get(name).cloned()?;
        let running = lock(&kept.running);
        Some(look(running.driver.execution()))
    }

    fn start_as(&self, name: Option<&str>, input: Result<Value, serde_json::Error>) -> Result<String, RunnerError> {
        let input = input.map_err(|error| other(RunError::Input(error)))?;
        let mut state = lock(&self.shared.state);
        let name = match name {
            Some(name) => name.to_owned(),
            None => loop {
                state.started += 1;
                let name = format!("execution-{}", state.started);
                if !state.executions.contains_key(&name) {
                    break name;
                }
            },
        };
        let characters = name.chars().count();
        if !(1..=RESOURCE_NAME_CHARS).contains(&characters) || !name.chars().all(arn::is_name_character) {
            return Err(RunnerError::Other(format!("`{name}` cannot name an execution").into()));
        }
        if let Some(kept) = state.executions.get(&name).cloned() {
            drop(state);
            let runs = lock(&kept.running).driver.execution().status() == Status::Running;
            return match runs && *kept.input == input {
                true => Ok(name),
                false => Err(RunnerError::NameTaken { name }),
            };
        }
        let engine = &self.shared.engine;
        let mut start = engine.default_identity();
        // Each execution has its own random numbers. The first execution has the same random numbers as `Engine::run`.
        start.seed = start.seed.wrapping_add(state.executions.len() as u64);
        start.execution_arn = arn::execution(&start.state_machine_arn, start.machine_type, &name, String::new);
        start.name.clone_from(&name);
        start.time = state.now;
        let execution = engine.start_named(&input, start).map_err(other)?;
        let driver = Driver::of(Cow::Owned(engine.clone()), execution);
        let running = Mutex::new(Running { driver, broken: None });
        let kept = Arc::new(KeptExecution { input: Payload::new(input), running, waiting: Arc::default() });
        state.executions.insert(name.clone(), Arc::clone(&kept));
        let now = state.now;
        drop(state);
        kept.go_on(Some(now))?;
        Ok(name)
    }

    /// Returns the execution with this name, advanced to the current time.
    fn look(&self, name: &str) -> Result<Arc<KeptExecution>, RunnerError> {
        let kept = self.find(name)?;
        kept.go_on(Some(self.now()))?;
        Ok(kept)
    }

    fn find(&self, name: &str) -> Result<Arc<KeptExecution>, RunnerError> {
        let state = lock(&self.shared.state);
        state.executions.get(name).cloned().ok_or_else(|| RunnerError::UnknownExecution { name: name.to_owned() })
    }

    async fn wait_for(&self, name: &str) -> Result<W::Output, RunnerError> {
        let kept = self.find(name)?;
        poll_fn(|context| kept.poll(None, Some(context))).await?;
        // Not both locks at once: a closure may start an execution.
        let (status, now) = {
            let running = lock(&kept.running);
            let execution = running.driver.execution();
            (execution.status_of::<W>(), execution.now())
        };
        let mut state = lock(&self.shared.state);
        state.now = state.now.max(now);
        drop(state);
        status?.into_output()
    }
}

impl KeptExecution {
    /// Continues as far as possible without waiting for a future.
    fn go_on(&self, limit: Option<Instant>) -> Result<(), RunnerError> {
        match self.poll(limit, None) {
            Poll::Ready(done) => done,
            Poll::Pending => Ok(()),
        }
    }

    fn poll(&self, limit: Option<Instant>, waits: Option<&Context<'_>>) -> Poll<Result<(), RunnerError>> {
        let mut running = lock(&self.running);
        if let Some(broken) = &running.broken {
            return Poll::Ready(Err(RunnerError::Other(Box::new(Arc::clone(broken)))));
        }
        if let Some(context) = waits {
            lock(&self.waiting.0).push(context.waker().clone());
        }
        let waker = Waker::from(Arc::clone(&self.waiting));
        let polled = pin!(running.driver.run_until(limit)).poll(&mut Context::from_waker(&waker));
        let done = match polled {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Ok(())) => Ok(()),
            // It may still be stopped.
            Poll::Ready(Err(error @ RunError::Stuck { .. })) => Err(other(error)),
            Poll::Ready(Err(error)) => {
                let error = Arc::new(error);
                running.broken = Some(Arc::clone(&error));
                Err(RunnerError::Other(Box::new(error)))
            }
        };
        drop(running);
        waker.wake();
        Poll::Ready(done)
    }
}

impl<W: Workflow<Kind = Standard>> Runner<W> for LocalRunner<W> {
    fn start(&self, input: &W::Input) -> RunnerFuture<'_, String> {
        let input = json(input);
        Box::pin(async move { self.start_as(None, input) })
    }

    fn start_named<'r>(&'r self, name: &'r str, input: &W::Input) -> RunnerFuture<'r, ()> {
        let input = json(input);
        Box::pin(async move { self.start_as(Some(name), input).map(drop) })
    }

    fn status<'r>(&'r self, name: &'r str) -> RunnerFuture<'r, ExecutionStatus<W::Output>> {
        Box::pin(async move { lock(&self.look(name)?.running).driver.execution().status_of::<W>() })
    }

    fn wait<'r>(&'r self, name: &'r str) -> RunnerFuture<'r, W::Output> {
        Box::pin(self.wait_for(name))
    }

    fn history<'r>(&'r self, name: &'r str) -> RunnerFuture<'r, Vec<RunnerEvent<W>>> {
        Box::pin(async move {
            let kept = self.look(name)?;
            let running = lock(&kept.running);
            Ok(running.driver.execution().events_of())
        })
    }

    fn stop<'r>(&'r self, name: &'r str, error: Option<&'r str>, cause: Option<&'r str>) -> RunnerFuture<'r, ()> {
        Box::pin(async move {
            let kept = self.find(name)?;
            lock(&kept.running).driver.execution_mut().stop(error, cause);
            Arc::clone(&kept.waiting).wake();
            Ok(())
        })
    }
}

fn json(input: &impl Serialize) -> Result<Value, serde_json::Error> {
    serde_json::to_value(input)
}

fn other(error: RunError) -> RunnerError {
    RunnerError::Other(Box::new(error))
}

/// An execution as a runner reports it.
impl Execution {
    /// Returns the status, with the output of the workflow's type.
    pub(crate) fn status_of<W: Workflow>(&self) -> Result<ExecutionStatus<W::Output>, RunnerError> {
        let failure = || failure(self.error(), self.cause());
        Ok(match self.status() {
            Status::Running => ExecutionStatus::Running,
            Status::Succeeded => {
                let output = self.output_as::<W::Output>();
                ExecutionStatus::Succeeded(output.map_err(|error| RunnerError::Other(Box::new(error)))?)
            }
            Status::Failed => ExecutionStatus::Failed(failure()),
            Status::TimedOut => ExecutionStatus::TimedOut(failure()),
            Status::Aborted => ExecutionStatus::Aborted(failure()),
        })
    }

    /// Returns the history so far.
    pub(crate) fn events_of<W: Workflow>(&self) -> Vec<RunnerEvent<W>> {
        self.history().iter().map(event).collect()
    }
}

fn failure(error: Option<&str>, cause: Option<&str>) -> Failure {
    Failure::new(error.map(str::to_owned), cause.map(|cause| Sensitive::from(cause.to_owned())))
}

fn event<W: Workflow>(event: &HistoryEvent) -> RunnerEvent<W> {
    let since = u64::try_from(event.timestamp.as_millis()).unwrap_or_default();
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(since);
    let mut told = RunnerEvent::new(event.id, event.previous_id, time, event.kind.name());
    told.state_name = event.details.state_name().map(str::to_owned);
    let text = |payload: &Payload| Some(Sensitive::from(payload.to_string()));
    match &event.details {
        Details::ExecutionStarted { input, .. }
        | Details::StateEntered { input, .. }
        | Details::TaskScheduled { parameters: input, .. }
        | Details::WorkScheduled { input, .. } => told.input = text(input),
        Details::Output { output } | Details::StateExited { output, .. } | Details::TaskOutput { output, .. } => {
            told.output = text(output);
        }
        details => {
            let said = details.failure().filter(|(error, cause)| error.is_some() || cause.is_some());
            told.failure = said.map(|(error, cause)| failure(error, cause));
        }
    }
    told
}

impl<W> Clone for LocalRunner<W> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), workflow: PhantomData }
    }
}

impl<W: Workflow> fmt::Debug for LocalRunner<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalRunner").field("workflow", &W::NAME).finish_non_exhaustive()
    }
}
