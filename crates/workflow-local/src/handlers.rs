//! The closures that answer tasks: how they are registered, found for a task, and called.
//!
//! An [`Engine`](crate::Engine) has its own handlers, and its [driver](crate::Driver) calls them. A server, or another
//! program that steps [executions](crate::Execution) itself, keeps [`Handlers`], finds the one for a [`TaskRequest`], and does what the [`Reply`]
//! says:
//!
//! ```
//! use std::sync::Arc;
//!
//! use serde_json::json;
//! use workflow_local::handlers::{CallCounts, Handlers, Reply, settle};
//! use workflow_local::{Engine, Status, Progress};
//!
//! let handlers = Handlers::default().on_lambda("double", |n: i64| Ok(n * 2));
//! let engine = Engine::new(&json!({ "StartAt": "Double", "States": { "Double": {
//!     "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:double", "End": true
//! } } }))?;
//! let mut execution = engine.start(&21)?;
//! let mut asked = CallCounts::default();
//! while execution.status() == Status::Running {
//!     if let Progress::Task(request) = execution.step() {
//!         let asking = handlers.find(&request, &mut asked).expect("there is a handler");
//!         if let Reply::Now(answer) = asking.reply(&request) {
//!             settle(&mut execution, request.id, answer);
//!         }
//!     }
//! }
//! execution.assert_output(42);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use indexmap::IndexMap;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use workflow_asl::error_name::TASK_FAILED;
use workflow_services::{Arn, Integration, Pattern};

use crate::answers::Answers;
pub use crate::answers::TimedAnswer;
use crate::mock_file::{MockFile, MockFileError};
use crate::nested::machine_arn;
pub use crate::nested::{Nested, job_output};
use crate::program::Program;
pub use crate::schedule::{TaskSchedule, Tasks, begin, settle};
use crate::task::{TaskError, TaskRequest};

/// Defines two builder methods that take a closure for tasks, one of them for a closure that returns a future. They are
/// shared by the engine and by [`Handlers`]. `$add` says how tasks are found.
macro_rules! handler_methods {
    ($( #[doc = $doc:literal] )* $name:ident, $( #[doc = $doc_async:literal] )* $name_async:ident, $key:ident: $add:ident, $wrap:ident) => {
        $( #[doc = $doc] )*
        #[must_use]
        pub fn $name<P, R>(
            mut self,
            $key: impl AsRef<str>,
            closure: impl Fn(P) -> Result<R, TaskError> + Send + Sync + 'static,
        ) -> Self
        where
            P: DeserializeOwned,
            R: Serialize,
        {
            self.$add($key.as_ref(), $crate::handlers::sync(closure, $crate::handlers::ClosureKind::$wrap));
            self
        }

        $( #[doc = $doc_async] )*
        #[must_use]
        pub fn $name_async<P, R, F>(
            mut self,
            $key: impl AsRef<str>,
            closure: impl Fn(P) -> F + Send + Sync + 'static,
        ) -> Self
        where
            P: DeserializeOwned,
            R: Serialize,
            F: Future<Output = Result<R, TaskError>> + Send + 'static,
        {
            self.$add($key.as_ref(), $crate::handlers::asynchronous(closure, $crate::handlers::ClosureKind::$wrap));
            self
        }
    };
}

pub(crate) use handler_methods;

/// The reply of a handler to a request.
#[non_exhaustive]
pub enum Reply {
    /// Answers now.
    Now(Result<Value, TaskError>),
    /// Answers when the future is ready.
    Later(Pin<Box<dyn Future<Output = Result<Value, TaskError>> + Send>>),
    /// Never answers: the service accepts the task ([`begin`]), and it times out.
    Never,
    /// Answers at a time by the execution's clock, possibly after heartbeats. [`TaskSchedule`] keeps the answer until then.
    Planned(Box<TimedAnswer>),
    /// The task starts another state machine, which only an engine runs. See
    /// [`Engine::on_state_machine`](crate::Engine::on_state_machine).
    Nested(Box<Nested>),
    /// All given answers were used.
    NoneLeft {
        /// The number of answers.
        given: u64,
    },
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Now(answer) => return f.debug_tuple("Now").field(answer).finish(),
            Self::Later(_) => "Later",
            Self::Never => "Never",
            Self::Planned(_) => "Planned",
            Self::Nested(_) => "Nested",
            Self::NoneLeft { .. } => "NoneLeft",
        })
    }
}

/// Takes the request and the number of earlier calls in the execution.
type Answer = dyn Fn(&TaskRequest, u64) -> Reply + Send + Sync;

/// The handler for a resource's requests.
#[derive(Clone)]
pub(crate) struct Handler {
    answer: Arc<Answer>,
    /// Whether a call may block, so that a server calls the handler on a separate thread.
    blocks: bool,
}

impl Handler {
    /// Creates a handler that replies at once.
    pub(crate) fn new(answer: impl Fn(&TaskRequest, u64) -> Reply + Send + Sync + 'static) -> Self {
        Self { answer: Arc::new(answer), blocks: false }
    }

    /// Creates a handler that runs a user's closure before it replies.
    fn blocking(answer: impl Fn(&TaskRequest, u64) -> Reply + Send + Sync + 'static) -> Self {
        Self { answer: Arc::new(answer), blocks: true }
    }
}

/// How often the handlers of functions and resources were called in an execution; each execution has its own. For
/// states, the execution itself counts.
#[derive(Debug, Default)]
pub struct CallCounts {
    lambdas: Vec<u64>,
    resources: Vec<u64>,
}

/// The handler for a request.
pub struct HandlerCall {
    handler: Handler,
    number: u64,
}

impl fmt::Debug for HandlerCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandlerCall").field("number", &self.number).finish_non_exhaustive()
    }
}

impl HandlerCall {
    /// Calls the handler, which may run a user's closure. A panic of the closure fails the task.
    pub fn reply(&self, request: &TaskRequest) -> Reply {
        // A panicking handler must not take its caller down. Its state is not used afterwards.
        match catch_unwind(AssertUnwindSafe(|| self.call(request))) {
            Ok(Reply::Later(future)) => Reply::Later(Box::pin(Caught { future, state: Arc::clone(&request.state) })),
            Ok(reply) => reply,
            Err(panic) => Reply::Now(Err(panicked(&request.state, &*panic))),
        }
    }

    /// Like [`reply`](Self::reply), but a panic of the closure, such as a failed assertion, becomes the caller's panic.
    pub(crate) fn call(&self, request: &TaskRequest) -> Reply {
        (self.handler.answer)(request, self.number)
    }

    /// Returns whether [`reply`](Self::reply) runs a synchronous closure, which may block.
    pub fn blocks(&self) -> bool {
        self.handler.blocks
    }
}

/// Handlers by state, Lambda function, started state machine and resource.
#[derive(Clone, Default)]
pub struct Handlers {
    states: IndexMap<String, Handler>,
    lambdas: IndexMap<String, Handler>,
    machines: IndexMap<String, Handler>,
    resources: IndexMap<String, Handler>,
}

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handlers")
            .field("states", &self.states.keys())
            .field("lambdas", &self.lambdas.keys())
            .field("machines", &self.machines.keys())
            .field("resources", &self.resources.keys())
            .finish()
    }
}

impl Handlers {
    handler_methods! {
        /// Answers the calls of a Lambda function of any version, given by name or ARN. See
        /// [`Engine::on_lambda`](crate::Engine::on_lambda).
        on_lambda,
        /// Like `on_lambda`, with a closure that returns a future, which the caller polls.
        on_lambda_async, function: add_lambda, Lambda
    }

    handler_methods! {
        /// Answers all tasks with a resource ARN such as `arn:aws:states:::sqs:sendMessage`. See
        /// [`Engine::on_resource`](crate::Engine::on_resource).
        on_resource,
        /// Like `on_resource`, with a closure that returns a future, which the caller polls.
        on_resource_async, arn: add_resource, Resource
    }

    handler_methods! {
        /// Answers the tasks of each state with this name in any state machine. See
        /// [`Engine::on_state`](crate::Engine::on_state).
        on_state,
        /// Like `on_state`, with a closure that returns a future, which the caller polls.
        on_state_async, state: add_state, Resource
    }

    /// Answers the tasks of each state with this name one after the other, starting again in each execution. See
    /// [`Engine::on_state_answers`](crate::Engine::on_state_answers).
    #[must_use]
    pub fn on_state_answers(mut self, state: impl AsRef<str>, answers: Answers) -> Self {
        self.add_state(state.as_ref(), answers.handler(ClosureKind::Resource));
        self
    }

    /// Answers the calls of a Lambda function one after the other, starting again in each execution. See
    /// [`Engine::on_lambda_answers`](crate::Engine::on_lambda_answers).
    #[must_use]
    pub fn on_lambda_answers(mut self, function: impl AsRef<str>, answers: Answers) -> Self {
        self.add_lambda(function.as_ref(), answers.handler(ClosureKind::Lambda));
        self
    }

    /// Answers all tasks with a resource ARN one after the other, starting again in each execution. See
    /// [`Engine::on_resource_answers`](crate::Engine::on_resource_answers).
    #[must_use]
    pub fn on_resource_answers(mut self, arn: impl AsRef<str>, answers: Answers) -> Self {
        self.add_resource(arn.as_ref(), answers.handler(ClosureKind::Resource));
        self
    }

    /// Answers tasks from a case of a mock file. States that it does not name keep their handlers.
    ///
    /// # Errors
    /// Returns an error like [`Engine::mocks`](crate::Engine::mocks): the file has no such state machine or case, or
    /// names states that the program does not have.
    pub fn mocks(
        mut self,
        file: &MockFile,
        state_machine: &str,
        case: &str,
        program: &Program,
    ) -> Result<Self, MockFileError> {
        for (state, answers) in file.answers(state_machine, case, program)? {
            self.add_state(&state, answers.handler(ClosureKind::Resource));
        }
        Ok(self)
    }

    pub(crate) fn add_state(&mut self, name: &str, handler: Handler) {
        self.states.insert(name.to_owned(), handler);
    }

    pub(crate) fn add_resource(&mut self, arn: &str, handler: Handler) {
        self.resources.insert(arn.to_owned(), handler);
    }

    /// Adds a handler for a resource that has none.
    pub(crate) fn add_fallback(&mut self, arn: &str, handler: Handler) {
        self.resources.entry(arn.to_owned()).or_insert(handler);
    }

    pub(crate) fn add_machine(&mut self, arn: &str, handler: Handler) {
        self.machines.insert(arn.to_owned(), handler);
    }

    pub(crate) fn add_lambda(&mut self, function: &str, handler: Handler) {
        self.lambdas.insert(function_name(function).to_owned(), handler);
    }

    /// Returns the states that have handlers.
    pub(crate) fn state_names(&self) -> impl Iterator<Item = &str> {
        self.states.keys().map(String::as_str)
    }

    /// Returns whether requests for this resource may have a handler, if the state is unknown.
    pub fn may_answer(&self, resource: &str) -> bool {
        !self.states.is_empty() || self.resources.contains_key(resource)
    }

    /// Returns the handler for the request: the state's, else the Lambda function's or the state machine's, else the
    /// resource's.
    pub fn find(&self, request: &TaskRequest, asked: &mut CallCounts) -> Option<HandlerCall> {
        if let Some(handler) = self.states.get(&*request.state) {
            return Some(HandlerCall { handler: handler.clone(), number: request.nth });
        }
        let by_lambda = request.function().and_then(|name| self.lambdas.get_full(function_name(name)));
        if let Some((at, _, handler)) = by_lambda {
            return Some(HandlerCall { handler: handler.clone(), number: count(&mut asked.lambdas, at) });
        }
        if let Some(handler) = machine_arn(request).and_then(|arn| self.machines.get(arn)) {
            return Some(HandlerCall { handler: handler.clone(), number: 0 });
        }
        // A handler of an action answers all its patterns.
        let (plain, _) = Pattern::split(&request.resource);
        let (at, _, handler) =
            self.resources.get_full(&*request.resource).or_else(|| self.resources.get_full(plain))?;
        Some(HandlerCall { handler: handler.clone(), number: count(&mut asked.resources, at) })
    }
}

/// Increments a counter, and returns its earlier value.
fn count(counts: &mut Vec<u64>, at: usize) -> u64 {
    if counts.len() <= at {
        counts.resize(at.saturating_add(1), 0);
    }
    counts.get_mut(at).map_or(0, |count| {
        *count += 1;
        *count - 1
    })
}

impl TaskRequest {
    /// Returns the name or ARN of the Lambda function that the request calls.
    pub fn function(&self) -> Option<&str> {
        if self.is_invoke() {
            return self.input.get("FunctionName").and_then(Value::as_str);
        }
        Arn::parse(&self.resource).is_some_and(|arn| arn.service == "lambda").then_some(&*self.resource)
    }

    /// Returns whether the request calls a Lambda function through the service integration (`lambda:invoke`, in each of
    /// its patterns), which wraps payload and result.
    pub fn is_invoke(&self) -> bool {
        Arn::parse(Pattern::split(&self.resource).0).and_then(Arn::integration) == Some(Integration::LAMBDA_INVOKE)
    }
}

/// Returns the name in a Lambda function's ARN, partial ARN or name, without its version or alias.
///
/// ```
/// use workflow_local::handlers::function_name;
/// assert_eq!(function_name("arn:aws:lambda:us-east-1:123456789012:function:greet:3"), "greet");
/// ```
pub fn function_name(function: &str) -> &str {
    let rest = function.rsplit_once(":function:").map_or(function, |(_, rest)| rest);
    rest.split(':').next().unwrap_or(rest)
}

fn panicked(state: &str, panic: &(dyn std::any::Any + Send)) -> TaskError {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let text = text.unwrap_or("(the panic has no message)");
    TaskError::new(TASK_FAILED).with_cause(format!("the handler of state `{state}` panicked: {text}"))
}

/// Deserializes a closure's argument from the request.
fn argument<P: DeserializeOwned>(request: &TaskRequest, value: &Value) -> Result<P, TaskError> {
    P::deserialize(value).map_err(|error| {
        let cause = format!("the input of state `{}` does not fit its handler: {error}; it is {value}", request.state);
        TaskError::new(TASK_FAILED).with_cause(cause)
    })
}

fn result<R: Serialize>(state: &str, result: Result<R, TaskError>) -> Result<Value, TaskError> {
    serde_json::to_value(result?).map_err(|error| {
        TaskError::new(TASK_FAILED).with_cause(format!("the result of state `{state}`'s handler is not JSON: {error}"))
    })
}

/// Creates a handler from a synchronous closure.
pub(crate) fn sync<P, R>(
    closure: impl Fn(P) -> Result<R, TaskError> + Send + Sync + 'static,
    wrap: ClosureKind,
) -> Handler
where
    P: DeserializeOwned,
    R: Serialize,
{
    Handler::blocking(move |request, _| {
        let answer = argument(request, wrap.argument(request)).and_then(&closure);
        Reply::Now(wrap.result(request, result(&request.state, answer)))
    })
}

/// Creates a handler from an asynchronous closure.
pub(crate) fn asynchronous<P, R, F>(closure: impl Fn(P) -> F + Send + Sync + 'static, wrap: ClosureKind) -> Handler
where
    P: DeserializeOwned,
    R: Serialize,
    F: Future<Output = Result<R, TaskError>> + Send + 'static,
{
    Handler::new(move |request, _| {
        let future = match argument(request, wrap.argument(request)) {
            Ok(argument) => closure(argument),
            Err(error) => return Reply::Now(Err(error)),
        };
        let request = request.clone();
        Reply::Later(Box::pin(async move { wrap.result(&request, result(&request.state, future.await)) }))
    })
}

/// Creates a handler from a closure that gets the whole request.
pub(crate) fn whole<R: Serialize>(
    closure: impl Fn(&TaskRequest) -> Result<R, TaskError> + Send + Sync + 'static,
) -> Handler {
    Handler::blocking(move |request, _| Reply::Now(result(&request.state, closure(request))))
}

/// Creates a handler that never answers.
pub(crate) fn never() -> Handler {
    Handler::new(|_, _| Reply::Never)
}

/// The kind of a closure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClosureKind {
    /// A resource: the closure gets the request and returns the resource's result.
    Resource,
    /// A Lambda function: the closure gets the payload and returns the function's result.
    Lambda,
}

impl ClosureKind {
    fn argument(self, request: &TaskRequest) -> &Value {
        match self {
            Self::Lambda if request.is_invoke() => request.input.get("Payload").unwrap_or(&Value::Null),
            _ => &request.input,
        }
    }

    pub(crate) fn result(self, request: &TaskRequest, result: Result<Value, TaskError>) -> Result<Value, TaskError> {
        // A callback's result is the value sent back, not the answer of `invoke`.
        let answers = request.is_invoke() && Pattern::split(&request.resource).1 != Pattern::WaitForTaskToken;
        if self == Self::Lambda && answers {
            return result
                .map(|payload| json!({ "ExecutedVersion": "$LATEST", "Payload": payload, "StatusCode": 200 }));
        }
        result
    }
}

/// A future whose panic becomes an error.
struct Caught {
    future: Pin<Box<dyn Future<Output = Result<Value, TaskError>> + Send>>,
    state: Arc<str>,
}

impl Future for Caught {
    type Output = Result<Value, TaskError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = catch_unwind(AssertUnwindSafe(|| self.future.as_mut().poll(context)));
        polled.unwrap_or_else(|panic| Poll::Ready(Err(panicked(&self.state, &*panic))))
    }
}
