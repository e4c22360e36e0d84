//! The server without a socket: executions inside a service, with the same store and the same handlers.

use std::error::Error;
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use workflow_local::Status;
use workflow_runtime::runner::{ExecutionStatus, Runner, RunnerError, RunnerEvent, RunnerFuture};
use workflow_runtime::{Arn, Definition, Express, Standard, Workflow};
use workflow_schema::input_text;

use crate::api::arn::{self, Scope};
use crate::api::{ApiError, Code, Input};
use crate::executions::{Run, RunningHandler};
use crate::operations;
use crate::registry::{PermanentMachine, Registry};
use crate::server::{Builder, Refused};

/// State machines and executions in this process, without a socket. They end with it, and continue from their data when
/// it is opened again. It stops when it is dropped.
///
/// ```no_run
/// use workflow_runtime::{Runner, workflow};
/// use workflow_server::{Server, TaskError};
///
/// workflow! {
///     workflow Order {
///         input { number: u64 }
///         output { receipt: String }
///         task Charge = lambda::invoke<String> { FunctionName: "charge", Payload: input }
///             output { receipt: result.Payload } -> end;
///     }
/// }
///
/// # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
/// let charge = |order: OrderInput| Ok::<_, TaskError>(format!("charged {}", order.number));
/// # #[cfg(feature = "durable")]
/// let workflows = Server::builder().on_lambda("charge", charge).data("data").embed().await?;
/// # #[cfg(not(feature = "durable"))]
/// # let workflows = Server::builder().on_lambda("charge", charge).embed().await?;
/// let orders = workflows.put::<Order>()?;
/// orders.start_named("order-17", &OrderInput { number: 17 }).await?;
/// assert_eq!(orders.wait("order-17").await?.receipt, "charged 17");
/// workflows.shutdown().await;
/// # Ok(())
/// # }
/// ```
pub struct Embedded {
    service: Arc<Service>,
    #[cfg_attr(not(feature = "durable"), expect(dead_code, reason = "without data there is none"))]
    diverged: Vec<String>,
}

/// What the state machines of a service share.
struct Service {
    registry: Arc<Registry>,
    scope: Scope,
    stopped: watch::Sender<bool>,
}

impl Service {
    /// Performs an operation on a request. Everything that it acknowledges is stored.
    async fn perform<T>(
        &self,
        request: &Value,
        operation: impl AsyncFnOnce(&Arc<Registry>, &Input) -> Result<T, ApiError>,
    ) -> Result<T, Refused> {
        let performed = async {
            let input = Input::parse(request.to_string().as_bytes(), self.scope.clone())?;
            let answer = operation(&self.registry, &input).await;
            self.registry.journal.flushed().await?;
            answer
        };
        self.until_stopped(performed).await
    }

    /// Returns the result of some work, or an error when the service stops.
    async fn until_stopped<T>(&self, work: impl Future<Output = Result<T, ApiError>>) -> Result<T, Refused> {
        let mut stopped = self.stopped.subscribe();
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stopped| *stopped) => {
                Err(Refused(ApiError::new(Code::ServiceUnavailable, "the service is shutting down")))
            }
            done = work => done.map_err(Refused),
        }
    }

    async fn call(&self, operation: &str, request: &Value) -> Result<Value, Refused> {
        let run = async |registry: &Arc<Registry>, input: &Input| operations::run(registry, operation, input).await;
        let answer = self.perform(request, run).await?;
        serde_json::from_slice(&answer).map_err(|error| refused(&error))
    }

    /// Returns the Standard execution with this ARN.
    fn run(&self, execution: &str) -> Option<Arc<Run>> {
        self.registry.swept().executions.get(execution)
    }

    fn stop(&self) {
        self.stopped.send_replace(true);
        self.registry.stop_driving();
    }
}

fn refused(error: &impl fmt::Display) -> Refused {
    Refused(ApiError::new(Code::Serialization, error.to_string()))
}

impl Builder {
    /// Starts without a socket. Executions that had not ended continue. Requires a tokio runtime with its timer.
    ///
    /// # Errors
    /// Fails if the data cannot be read, or if an endpoint is not a callable URL.
    pub async fn embed(self) -> io::Result<Embedded> {
        let scope = self.scope();
        let (registry, diverged) = self.registry()?;
        let (stopped, _) = watch::channel(false);
        Ok(Embedded { service: Arc::new(Service { registry, scope, stopped }), diverged })
    }
}

impl Embedded {
    /// Creates the state machine of a workflow, or updates it if its definition differs. The type of a state machine
    /// cannot change; if it differs, the state machine is deleted and created again.
    ///
    /// # Errors
    /// Fails if the service would reject it.
    pub fn put<W: Workflow<Params = ()>>(&self) -> Result<StateMachine<W>, Refused> {
        self.put_definition(&W::definition())
    }

    /// Like [`put`](Self::put), for a workflow with deploy-time parameters.
    ///
    /// # Errors
    /// As [`put`](Self::put). Also fails if the parameters cannot be serialized as JSON.
    pub fn put_with<W: Workflow>(&self, params: &W::Params) -> Result<StateMachine<W>, Refused> {
        self.put_definition(&W::definition_with(params).map_err(|error| refused(&error))?)
    }

    fn put_definition<W: Workflow>(&self, definition: &Definition) -> Result<StateMachine<W>, Refused> {
        let kind = definition.machine_type();
        let machine = PermanentMachine { kind, definition: definition.as_str().to_owned() };
        let arn = self.service.registry.put(definition.name(), machine).map_err(Refused)?;
        Ok(StateMachine { service: Arc::clone(&self.service), arn: Arn::from(arn), workflow: PhantomData })
    }

    /// Returns the execution with this ARN.
    #[cfg(test)]
    pub(crate) fn run(&self, execution: &str) -> Option<Arc<Run>> {
        self.service.run(execution)
    }

    /// Calls an operation of the API, such as `SendTaskSuccess`, with its request as JSON. Everything that it
    /// acknowledges is stored.
    ///
    /// # Errors
    /// Fails if the service would reject it, or if its data cannot be written.
    pub async fn call(&self, operation: &str, request: &Value) -> Result<Value, Refused> {
        self.service.call(operation, request).await
    }

    /// Advances the clock: see [`Server::advance`](crate::Server::advance).
    pub fn advance(&self, time: Duration) {
        self.service.registry.advance(time);
    }

    /// Advances the clock until nothing is due: see [`Server::run_until_idle`](crate::Server::run_until_idle).
    pub async fn run_until_idle(&self, limit: Duration) -> bool {
        self.service.registry.fast_forward(None, limit).await.is_idle
    }

    /// Returns the running handlers: see [`Server::running_handlers`](crate::Server::running_handlers).
    pub fn running_handlers(&self) -> Vec<RunningHandler> {
        self.service.registry.threads.running()
    }

    /// Returns the executions whose replay differs from their records: see
    /// [`Server::diverged`](crate::Server::diverged).
    #[cfg(feature = "durable")]
    pub fn diverged(&self) -> &[String] {
        &self.diverged
    }

    /// Stops. Executions stop where they are, and continue when the data is opened again. All data is written before
    /// this returns. Running handlers are left on their threads. What state machines are asked from now on, and what
    /// waits for an execution, fails with `ServiceUnavailable`.
    pub async fn shutdown(self) {
        self.service.stop();
        // The journal's thread may block, so it is joined on a blocking thread.
        let journal = self.service.registry.journal.clone();
        let _ = tokio::task::spawn_blocking(move || journal.close()).await;
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.service.stop();
        self.service.registry.journal.close();
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded").finish_non_exhaustive()
    }
}

/// The state machine of the workflow `W` in this process. It starts executions of a Standard workflow as a [`Runner`],
/// and runs an Express workflow for its output.
///
/// An execution of a Standard workflow is stored when its start returns. The same name and input while it runs identify
/// the same execution, so you can safely repeat a start.
///
/// ```
/// use workflow_runtime::workflow;
/// use workflow_server::Server;
///
/// workflow! {
///     workflow Greet {
///         type express;
///         input { name: String }
///         output { text: String }
///         pass Hello { text: "Hello, " + input.name } -> end;
///     }
/// }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let workflows = Server::builder().embed().await?;
/// let greet = workflows.put::<Greet>()?;
/// assert_eq!(greet.run(&GreetInput { name: "Ada".to_owned() }).await?.text, "Hello, Ada");
/// # Ok(())
/// # }
/// ```
///
/// Only an Express workflow can be run like this:
///
/// ```compile_fail,E0599
/// # use workflow_runtime::{Json, workflow};
/// # use workflow_server::StateMachine;
/// # workflow! { workflow Slow { wait Rest for 1d -> end; } }
/// # async fn run(slow: StateMachine<Slow>, input: Json) {
/// let _ = slow.run(&input).await; // error: the method `run` exists for struct `StateMachine<Slow>`, but …
/// # }
/// ```
pub struct StateMachine<W> {
    service: Arc<Service>,
    arn: Arn,
    workflow: PhantomData<fn() -> W>,
}

impl<W: Workflow> StateMachine<W> {
    /// Returns the state machine's ARN, for [`Embedded::call`].
    pub fn arn(&self) -> &Arn {
        &self.arn
    }

    /// Returns the request to start an execution. It is made before a future, so that the future is `Send` for any
    /// input.
    fn request(&self, name: Option<&str>, input: &W::Input) -> Result<Value, RunnerError> {
        let input = input_text(input, W::TYPES.input).map_err(other)?.map_err(other)?;
        let mut request = json!({"stateMachineArn": self.arn, "input": input});
        if let Some(name) = name {
            request["name"] = json!(name);
        }
        Ok(request)
    }

    /// Starts an execution, and returns its ARN.
    async fn begin(&self, request: Result<Value, RunnerError>, name: &str) -> Result<Arn, RunnerError> {
        let answer = self.service.call("StartExecution", &request?).await.map_err(|error| told(error, name))?;
        Ok(Arn::from(answer.get("executionArn").and_then(Value::as_str).unwrap_or_default()))
    }
}

impl<W: Workflow<Kind = Express>> StateMachine<W> {
    /// Runs the workflow and returns its output. The execution is not stored: it ends with this process.
    ///
    /// # Errors
    /// [`RunnerError::Failed`] or [`RunnerError::TimedOut`] if it does not succeed; [`RunnerError::Other`] if it cannot
    /// be started, or if the service stops.
    pub fn run(&self, input: &W::Input) -> impl Future<Output = Result<W::Output, RunnerError>> + Send + use<W> {
        let (service, request) = (Arc::clone(&self.service), self.request(None, input));
        async move {
            let run = async |registry: &Arc<Registry>, input: &Input| registry.run_express(input).await;
            let (run, _) = service.perform(&request?, run).await.map_err(other)?;
            run.execution().runner_status::<W>()?.into_output()
        }
    }

    /// Starts an execution that runs by itself, and returns its ARN. It is stored when this returns. As on AWS, nothing
    /// reports how it ends.
    ///
    /// # Errors
    /// [`RunnerError::Other`] if it cannot be started.
    pub fn start(&self, input: &W::Input) -> impl Future<Output = Result<Arn, RunnerError>> + Send + use<W> {
        let (machine, request) = (self.clone(), self.request(None, input));
        async move { machine.begin(request, "").await }
    }
}

impl<W: Workflow<Kind = Standard>> StateMachine<W> {
    fn execution_arn(&self, name: &str) -> String {
        arn::execution(self.arn.as_str(), name)
    }

    fn find(&self, name: &str) -> Result<Arc<Run>, RunnerError> {
        let run = self.service.run(&self.execution_arn(name));
        run.ok_or_else(|| RunnerError::UnknownExecution { name: name.to_owned() })
    }

    /// Waits until everything that was seen until now is stored.
    async fn stored(&self) -> Result<(), RunnerError> {
        self.service.until_stopped(self.service.registry.journal.flushed()).await.map_err(other)
    }
}

impl<W: Workflow<Kind = Standard>> Runner<W> for StateMachine<W> {
    fn start(&self, input: &W::Input) -> RunnerFuture<'_, String> {
        let request = self.request(None, input);
        Box::pin(async move {
            let arn = self.begin(request, "").await?;
            Ok(arn.as_str().rsplit(':').next().unwrap_or_default().to_owned())
        })
    }

    fn start_named<'r>(&'r self, name: &'r str, input: &W::Input) -> RunnerFuture<'r, ()> {
        let request = self.request(Some(name), input);
        Box::pin(async move { self.begin(request, name).await.map(drop) })
    }

    fn status<'r>(&'r self, name: &'r str) -> RunnerFuture<'r, ExecutionStatus<W::Output>> {
        Box::pin(async move {
            let run = self.find(name)?;
            let is_running = run.status() == Status::Running;
            self.stored().await?;
            if is_running { Ok(ExecutionStatus::Running) } else { run.execution().runner_status::<W>() }
        })
    }

    fn wait<'r>(&'r self, name: &'r str) -> RunnerFuture<'r, W::Output> {
        Box::pin(async move {
            let run = self.find(name)?;
            let ended = async {
                run.ended().await;
                Ok(())
            };
            self.service.until_stopped(ended).await.map_err(other)?;
            self.stored().await?;
            run.execution().runner_status::<W>()?.into_output()
        })
    }

    fn history<'r>(&'r self, name: &'r str) -> RunnerFuture<'r, Vec<RunnerEvent<W>>> {
        Box::pin(async move {
            let events = self.find(name)?.execution().runner_history();
            self.stored().await?;
            Ok(events)
        })
    }

    fn stop<'r>(&'r self, name: &'r str, error: Option<&'r str>, cause: Option<&'r str>) -> RunnerFuture<'r, ()> {
        Box::pin(async move {
            let request = json!({"executionArn": self.execution_arn(name), "error": error, "cause": cause});
            self.service.call("StopExecution", &request).await.map(drop).map_err(|error| told(error, name))
        })
    }
}

fn other(error: impl Error + Send + Sync + 'static) -> RunnerError {
    RunnerError::Other(Box::new(error))
}

/// Converts the error of a request about the execution with this name.
fn told(refused: Refused, name: &str) -> RunnerError {
    let name = name.to_owned();
    match refused.0.code {
        Code::ExecutionDoesNotExist => RunnerError::UnknownExecution { name },
        Code::ExecutionAlreadyExists => RunnerError::NameTaken { name },
        _ => other(refused),
    }
}

impl<W> Clone for StateMachine<W> {
    fn clone(&self) -> Self {
        Self { service: Arc::clone(&self.service), arn: self.arn.clone(), workflow: PhantomData }
    }
}

impl<W> fmt::Debug for StateMachine<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StateMachine").field("arn", &self.arn).finish_non_exhaustive()
    }
}
