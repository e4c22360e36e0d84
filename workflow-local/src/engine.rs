//! The engine: a program with handlers for its tasks, run by its caller.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use workflow_asl::document::MachineType;
use workflow_runtime::{Definition, Workflow};

use crate::clock::{Clock, Instant, VIRTUAL_START};
use crate::error::{DefinitionError, RunError};
use crate::execution::{Execution, Start, Step};
use crate::handlers::{self, Handlers, Reply, Wrap, handler_methods};
use crate::payload::Payload;
use crate::program::Program;
use crate::store::{MemoryStore, ObjectStore};
use crate::task::{TaskError, TaskId, TaskRequest};
use crate::test_state::{TestState, TestStateError};

/// Runs a state machine in this process, with closures for its tasks.
///
/// Time is virtual unless told otherwise: waits, back-off and time-outs take no time and
/// happen in order, and the same engine and input give the same history each time.
///
/// ```
/// use serde_json::{Value, json};
/// use workflow_local::{Engine, Status, TaskError};
///
/// let engine = Engine::new(&json!({
///     "StartAt": "Rest",
///     "States": {
///         "Rest": { "Type": "Wait", "Seconds": 2_592_000, "Next": "Greet" },
///         "Greet": {
///             "Type": "Task",
///             "Resource": "arn:aws:lambda:us-east-1:123456789012:function:greet",
///             "Retry": [{ "ErrorEquals": ["Busy"], "MaxAttempts": 1 }],
///             "End": true
///         }
///     }
/// }))?
/// .on_lambda("greet", |input: Value| -> Result<String, TaskError> {
///     match input["name"].as_str() {
///         Some(name) => Ok(format!("Hello, {name}")),
///         None => Err(TaskError::new("NoName").with_cause("whom to greet?")),
///     }
/// });
///
/// let execution = engine.run(&json!({ "name": "Ada" }))?;
/// assert_eq!(execution.status(), Status::Succeeded);
/// assert_eq!(execution.output_as::<String>()?, "Hello, Ada");
/// assert_eq!(execution.path(), ["Rest", "Greet"]);
///
/// let execution = engine.run(&json!({}))?;
/// assert_eq!(execution.error(), Some("NoName"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Engine {
    program: Arc<Program>,
    handlers: Handlers,
    name: String,
    machine_type: MachineType,
    clock: Clock,
    start_time: Option<Instant>,
    seed: u64,
    store: Arc<dyn ObjectStore>,
}

/// The account that local ARNs name.
pub(crate) const ACCOUNT: &str = "123456789012";

impl Engine {
    /// An engine for a definition.
    ///
    /// # Errors
    /// The definition has errors; all of them are told.
    pub fn new(definition: &Value) -> Result<Self, DefinitionError> {
        let program = Program::of(definition, MachineType::Standard)?;
        Ok(Self::with_program(Arc::new(program)))
    }

    /// An engine for a workflow declared with `workflow!`.
    ///
    /// # Errors
    /// The definition has errors, which the macro would have told.
    pub fn of<W: Workflow<Params = ()>>() -> Result<Self, DefinitionError> {
        Self::of_definition(&W::definition())
    }

    /// An engine for a workflow with deploy-time parameters.
    ///
    /// # Errors
    /// The parameters cannot be written as JSON, or the definition has errors.
    pub fn of_with<W: Workflow>(params: &W::Params) -> Result<Self, DefinitionError> {
        let definition = W::definition_with(params).map_err(|error| DefinitionError::Params(error.to_string()))?;
        Self::of_definition(&definition)
    }

    fn of_definition(definition: &Definition) -> Result<Self, DefinitionError> {
        let machine_type = match definition.machine_type() {
            workflow_runtime::MachineType::Standard => MachineType::Standard,
            workflow_runtime::MachineType::Express => MachineType::Express,
        };
        let value = serde_json::from_str(definition.as_str()).map_err(DefinitionError::NotJson)?;
        let program = Program::of(&value, machine_type)?;
        Ok(Self::with_program(Arc::new(program)).named(definition.name()).machine_type(machine_type))
    }

    /// An engine for a definition's text.
    ///
    /// # Errors
    /// The text is not JSON, or the definition has errors.
    pub fn from_text(definition: &str) -> Result<Self, DefinitionError> {
        Self::new(&serde_json::from_str(definition).map_err(DefinitionError::NotJson)?)
    }

    /// An engine for a program that is compiled already.
    pub fn with_program(program: Arc<Program>) -> Self {
        Self {
            program,
            handlers: Handlers::default(),
            name: "local".to_owned(),
            machine_type: MachineType::Standard,
            clock: Clock::default(),
            start_time: None,
            seed: 0,
            store: Arc::new(MemoryStore::new()),
        }
    }

    /// The state machine's name in ARNs and in the context object.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self.program.named(&self.name);
        self
    }

    /// Runs it as a Standard or an Express state machine.
    #[must_use]
    pub fn machine_type(mut self, machine_type: MachineType) -> Self {
        self.machine_type = machine_type;
        self
    }

    /// The clock that executions run by; [`Clock::Virtual`] unless set.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// When executions start: on a virtual clock, instead of [`VIRTUAL_START`].
    #[must_use]
    pub fn start_time(mut self, time: Instant) -> Self {
        self.start_time = Some(time);
        self
    }

    /// What random numbers follow from (jitter, `States.UUID`, `$random`); 0 unless set.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Where item readers and result writers find S3's objects.
    #[must_use]
    pub fn object_store(mut self, store: Arc<dyn ObjectStore>) -> Self {
        self.store = store;
        self
    }

    handler_methods! {
        /// Answers the tasks of a state: the closure gets the task's request (its input after
        /// `Parameters` or `Arguments`) and gives the resource's result.
        on_state,
        /// As [`on_state`](Self::on_state), with a closure that gives a future. It is polled by
        /// whoever polls [`run_async`](Self::run_async), or by [`run`](Self::run) on its own thread.
        on_state_async, state: add_state, Resource
    }

    /// As [`on_state`](Self::on_state), with a closure that sees the whole request: which attempt
    /// it is, the iteration, the task token.
    #[must_use]
    pub fn on_state_request<R: Serialize>(
        mut self,
        state: impl AsRef<str>,
        closure: impl Fn(&TaskRequest) -> Result<R, TaskError> + Send + Sync + 'static,
    ) -> Self {
        self.handlers.add_state(state.as_ref(), handlers::whole(closure));
        self
    }

    /// Never answers the tasks of a state, so that they time out.
    #[must_use]
    pub fn on_state_never(mut self, state: impl AsRef<str>) -> Self {
        self.handlers.add_state(state.as_ref(), handlers::never());
        self
    }

    handler_methods! {
        /// Answers all tasks with a resource ARN, with or without `.sync` and `.waitForTaskToken`,
        /// unless their state has a handler.
        on_resource,
        /// As [`on_resource`](Self::on_resource), with a closure that gives a future.
        on_resource_async, arn: add_resource, Resource
    }

    handler_methods! {
        /// Stands for a Lambda function, by name or ARN: the closure gets the payload and gives the
        /// function's result. For a `lambda:invoke` task the result is wrapped as the service does
        /// (`ExecutedVersion`, `Payload`, `StatusCode`); for a function's ARN it is the result itself.
        on_lambda,
        /// As [`on_lambda`](Self::on_lambda), with a closure that gives a future.
        on_lambda_async, function: add_lambda, Lambda
    }

    /// The compiled state machine.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// One of its states, to be run alone; the engine's handlers answer its task.
    ///
    /// # Errors
    /// There is no such state.
    pub fn test_state(&self, state: impl AsRef<str>) -> Result<TestState, TestStateError> {
        TestState::of_engine(&self.program, &self.handlers, state.as_ref())
    }

    /// Starts an execution without running it, for a caller that steps it, answers its tasks
    /// and tells it the time.
    ///
    /// # Errors
    /// The input is not JSON or too large, or a handler is for a state that there is not.
    pub fn start(&self, input: &impl Serialize) -> Result<Execution, RunError> {
        for name in self.handlers.state_names() {
            if self.program.find(name).is_none() {
                let nearest = workflow_asl::nearest::nearest(name, self.program.state_names()).map(str::to_owned);
                return Err(DefinitionError::UnknownState { name: name.to_owned(), nearest }.into());
            }
        }
        let input = Payload::new(serde_json::to_value(input).map_err(RunError::Input)?);
        if input.is_too_large() {
            return Err(RunError::InputTooLarge { bytes: input.bytes() });
        }
        let time = match (self.clock, self.start_time) {
            (Clock::Virtual, time) => time.unwrap_or(VIRTUAL_START),
            (Clock::Real, _) => Instant::now(),
        };
        let (name, execution) = (self.name.as_str(), "execution-1");
        let arn = |kind: &str| format!("arn:aws:states:us-east-1:{ACCOUNT}:{kind}:{name}");
        let start = Start {
            state_machine_arn: arn("stateMachine"),
            execution_arn: format!("{}:{execution}", arn("execution")),
            name: execution.to_owned(),
            state_machine_name: name.to_owned(),
            role_arn: format!("arn:aws:iam::{ACCOUNT}:role/{name}"),
            machine_type: self.machine_type,
            time,
            seed: self.seed,
        };
        Ok(Execution::start(Arc::clone(&self.program), input, start, Arc::clone(&self.store)))
    }

    /// Runs an execution to its end on this thread; asynchronous closures are polled here too.
    ///
    /// # Errors
    /// See [`RunError`]. An execution that fails is returned like one that succeeds.
    pub fn run(&self, input: &impl Serialize) -> Result<Execution, RunError> {
        let execution = self.start(input)?;
        block_on(self.drive(execution))
    }

    /// Runs an execution to its end; asynchronous closures are polled by whoever polls this.
    ///
    /// # Errors
    /// See [`RunError`]. An execution that fails is returned like one that succeeds.
    pub async fn run_async(&self, input: &impl Serialize) -> Result<Execution, RunError> {
        let execution = self.start(input)?;
        self.drive(execution).await
    }

    /// Runs an execution that was started, and perhaps stepped, to its end.
    ///
    /// # Errors
    /// A task has no handler, or nothing can happen any more.
    pub async fn drive(&self, mut execution: Execution) -> Result<Execution, RunError> {
        let mut pending: Vec<(TaskId, TaskFuture)> = Vec::new();
        loop {
            match execution.step() {
                Step::Advanced => {}
                Step::Ended => return Ok(execution),
                Step::Task(request) => match self.handlers.reply(&request) {
                    Some(Reply::Now(answer)) => settle(&mut execution, request.id, answer),
                    Some(Reply::Later(future)) => pending.push((request.id, future)),
                    Some(Reply::Never) => {}
                    None => return Err(RunError::of_request(&request)),
                },
                Step::Waiting { until } => match (until, self.clock) {
                    // Virtual time stands still while a closure works.
                    (Some(until), Clock::Virtual) if pending.is_empty() => execution.advance_to(until),
                    (None, _) if pending.is_empty() => {
                        let state = execution.waiting_tasks().first().map(|(_, state)| (*state).to_owned());
                        return Err(RunError::Stuck { state: state.unwrap_or_default() });
                    }
                    (until, clock) => {
                        let deadline = until.filter(|_| clock == Clock::Real);
                        let answered = next_answer(&mut pending, deadline).await;
                        if clock == Clock::Real {
                            execution.advance_to(Instant::now());
                        }
                        if let Some((id, answer)) = answered {
                            settle(&mut execution, id, answer);
                        }
                    }
                },
            }
        }
    }
}

type TaskFuture = Pin<Box<dyn Future<Output = Result<Value, TaskError>> + Send>>;

fn settle(execution: &mut Execution, id: TaskId, answer: Result<Value, TaskError>) {
    // An answer after the time-out is for nobody.
    let _ = match answer {
        Ok(output) => execution.succeed(id, output),
        Err(error) => execution.fail_task(id, error),
    };
}

/// The first answer of the futures, or `None` at the deadline.
async fn next_answer(
    pending: &mut Vec<(TaskId, TaskFuture)>,
    deadline: Option<Instant>,
) -> Option<(TaskId, Result<Value, TaskError>)> {
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

/// Wakes a task at a time, by a thread of its own, so that any executor will do.
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
            std::thread::spawn(move || {
                let waker = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
                // Woken early only by `drop`, which leaves no waker.
                let waiting = shared.1.wait_timeout_while(waker, rest, |waker| waker.is_some());
                let (mut waker, _) = waiting.unwrap_or_else(PoisonError::into_inner);
                if let Some(waker) = waker.take() {
                    waker.wake();
                }
            });
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
