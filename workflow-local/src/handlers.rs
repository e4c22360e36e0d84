//! The closures that stand for task resources.

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

use crate::answers::Given;
use crate::nested::{Nested, machine_arn};
use crate::task::{TaskError, TaskRequest};

/// Two builder methods that take a closure for tasks, one for a closure that gives a future:
/// the same in the engine and in the server. `$add` says by what the tasks are found.
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
            self.handlers.$add($key.as_ref(), handlers::sync(closure, Wrap::$wrap));
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
            self.handlers.$add($key.as_ref(), handlers::asynchronous(closure, Wrap::$wrap));
            self
        }
    };
}

pub(crate) use handler_methods;

/// How a handler answers a request.
pub(crate) enum Reply {
    Now(Result<Value, TaskError>),
    Later(Pin<Box<dyn Future<Output = Result<Value, TaskError>> + Send>>),
    /// Never: the task times out.
    Never,
    /// At a time by the execution's clock, perhaps after heartbeats.
    Planned(Box<Given>),
    /// The task starts another state machine, which is run here.
    Nested(Box<Nested>),
    /// All the answers that there were have been given.
    NoneLeft {
        given: u64,
    },
}

/// Gets the request, and how often the handler was asked before within the execution.
pub(crate) type Handler = Arc<dyn Fn(&TaskRequest, u64) -> Reply + Send + Sync>;

/// How often the handlers of functions and resources were asked within an execution. Of a state the execution itself
/// knows it.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    lambdas: Vec<u64>,
    resources: Vec<u64>,
}

/// The handler that a request goes to.
pub(crate) struct Asking {
    handler: Handler,
    number: u64,
}

impl Asking {
    pub(crate) fn reply(&self, request: &TaskRequest) -> Reply {
        // A handler that panics must not take its caller with it; its state is of no interest afterwards.
        let reply = catch_unwind(AssertUnwindSafe(|| (self.handler)(request, self.number)));
        reply.unwrap_or_else(|panic| Reply::Now(Err(panicked(&request.state, &*panic))))
    }
}

/// The handlers of an engine: by state, by Lambda function, by state machine that is started, by resource.
#[derive(Clone, Default)]
pub(crate) struct Handlers {
    states: IndexMap<String, Handler>,
    lambdas: IndexMap<String, Handler>,
    machines: IndexMap<String, Handler>,
    resources: IndexMap<String, Handler>,
}

impl Handlers {
    pub(crate) fn add_state(&mut self, name: &str, handler: Handler) {
        self.states.insert(name.to_owned(), handler);
    }

    pub(crate) fn add_resource(&mut self, arn: &str, handler: Handler) {
        self.resources.insert(arn.to_owned(), handler);
    }

    /// A handler of a resource that has none.
    pub(crate) fn add_fallback(&mut self, arn: &str, handler: Handler) {
        self.resources.entry(arn.to_owned()).or_insert(handler);
    }

    pub(crate) fn add_machine(&mut self, arn: &str, handler: Handler) {
        self.machines.insert(arn.to_owned(), handler);
    }

    pub(crate) fn add_lambda(&mut self, function: &str, handler: Handler) {
        self.lambdas.insert(function_name(function).to_owned(), handler);
    }

    /// The states that have handlers.
    pub(crate) fn state_names(&self) -> impl Iterator<Item = &str> {
        self.states.keys().map(String::as_str)
    }

    /// The handler that the request goes to: the state's, else the Lambda function's or the state machine's, else the
    /// resource's; `None` when there is none.
    pub(crate) fn find(&self, request: &TaskRequest, asked: &mut Asked) -> Option<Asking> {
        if let Some(handler) = self.states.get(&*request.state) {
            return Some(Asking { handler: Arc::clone(handler), number: request.nth });
        }
        let by_lambda = called_function(request).and_then(|name| self.lambdas.get_full(function_name(name)));
        if let Some((at, _, handler)) = by_lambda {
            return Some(Asking { handler: Arc::clone(handler), number: count(&mut asked.lambdas, at) });
        }
        if let Some(handler) = machine_arn(request).and_then(|arn| self.machines.get(arn)) {
            return Some(Asking { handler: Arc::clone(handler), number: 0 });
        }
        let plain = plain_resource(&request.resource);
        let (at, _, handler) =
            self.resources.get_full(&*request.resource).or_else(|| self.resources.get_full(plain))?;
        Some(Asking { handler: Arc::clone(handler), number: count(&mut asked.resources, at) })
    }
}

/// Counts one more, and gives how many there were before.
fn count(counts: &mut Vec<u64>, at: usize) -> u64 {
    if counts.len() <= at {
        counts.resize(at.saturating_add(1), 0);
    }
    counts.get_mut(at).map_or(0, |count| {
        *count += 1;
        *count - 1
    })
}

/// The resource without the pattern: a handler of the action answers for all its patterns.
fn plain_resource(arn: &str) -> &str {
    [".waitForTaskToken", ".sync:2", ".sync"].iter().find_map(|pattern| arn.strip_suffix(pattern)).unwrap_or(arn)
}

/// The Lambda function that a request calls, by name or ARN.
fn called_function(request: &TaskRequest) -> Option<&str> {
    if is_invoke(request) {
        return request.input.get("FunctionName").and_then(Value::as_str);
    }
    request.resource.contains(":lambda:").then_some(&*request.resource)
}

/// Whether it calls a function through the service integration, which wraps payload and result.
pub(crate) fn is_invoke(request: &TaskRequest) -> bool {
    plain_resource(&request.resource).ends_with(":states:::lambda:invoke")
}

/// The name in a function's ARN, partial ARN or name, without its version or alias.
fn function_name(function: &str) -> &str {
    let rest = function.rsplit_once(":function:").map_or(function, |(_, rest)| rest);
    rest.split(':').next().unwrap_or(rest)
}

fn panicked(state: &str, panic: &(dyn std::any::Any + Send)) -> TaskError {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let text = text.unwrap_or("(the panic has no message)");
    TaskError::new(TASK_FAILED).with_cause(format!("the handler of state `{state}` panicked: {text}"))
}

/// A closure's argument from the request.
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

/// A handler of a synchronous closure.
pub(crate) fn sync<P, R>(closure: impl Fn(P) -> Result<R, TaskError> + Send + Sync + 'static, wrap: Wrap) -> Handler
where
    P: DeserializeOwned,
    R: Serialize,
{
    Arc::new(move |request, _| {
        let answer = argument(request, wrap.argument(request)).and_then(&closure);
        Reply::Now(wrap.result(request, result(&request.state, answer)))
    })
}

/// A handler of an asynchronous closure.
pub(crate) fn asynchronous<P, R, F>(closure: impl Fn(P) -> F + Send + Sync + 'static, wrap: Wrap) -> Handler
where
    P: DeserializeOwned,
    R: Serialize,
    F: Future<Output = Result<R, TaskError>> + Send + 'static,
{
    Arc::new(move |request, _| {
        let future = match argument(request, wrap.argument(request)) {
            Ok(argument) => closure(argument),
            Err(error) => return Reply::Now(Err(error)),
        };
        let request = request.clone();
        let state = Arc::clone(&request.state);
        let answer = async move { wrap.result(&request, result(&request.state, future.await)) };
        Reply::Later(Box::pin(Caught { future: Box::pin(answer), state }))
    })
}

/// A handler of a closure that gets the whole request.
pub(crate) fn whole<R: Serialize>(
    closure: impl Fn(&TaskRequest) -> Result<R, TaskError> + Send + Sync + 'static,
) -> Handler {
    Arc::new(move |request, _| Reply::Now(result(&request.state, closure(request))))
}

/// A handler that never answers.
pub(crate) fn never() -> Handler {
    Arc::new(|_, _| Reply::Never)
}

/// What a closure stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrap {
    /// The resource: it gets the request and gives the resource's result.
    Resource,
    /// A Lambda function: it gets the payload and gives the function's result.
    Lambda,
}

impl Wrap {
    fn argument(self, request: &TaskRequest) -> &Value {
        match self {
            Self::Lambda if is_invoke(request) => request.input.get("Payload").unwrap_or(&Value::Null),
            _ => &request.input,
        }
    }

    pub(crate) fn result(self, request: &TaskRequest, result: Result<Value, TaskError>) -> Result<Value, TaskError> {
        // A callback's result is what is sent back, not what `invoke` answers.
        let answers = is_invoke(request) && !request.resource.ends_with(".waitForTaskToken");
        if self == Self::Lambda && answers {
            return result
                .map(|payload| json!({ "ExecutedVersion": "$LATEST", "Payload": payload, "StatusCode": 200 }));
        }
        result
    }
}

/// A future whose panic is an error.
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
