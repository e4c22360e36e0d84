//! The typed state machine of an embedded service.

use std::error::Error;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde_json::{Value, json};
use workflow_local::Status;
use workflow_local::internal::InternalExecution;
use workflow_runtime::runner::{ExecutionStatus, Runner, RunnerError, RunnerEvent, RunnerFuture};
use workflow_runtime::{Arn, Express, Standard, Workflow};
use workflow_schema::input_text;

use super::Service;
use crate::api::{Code, Input, arn};
use crate::executions::Run;
use crate::registry::Registry;
use crate::server::Refused;

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
///         returns { text: String }
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
    pub(super) fn new(service: Arc<Service>, arn: Arn) -> Self {
        Self { service, arn, workflow: PhantomData }
    }

    /// Returns the state machine's ARN, for [`Embedded::call`](super::Embedded::call).
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
            run.execution.lock().runner_status::<W>()?.into_output()
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
        let run = self.service.run(&self.execution_arn(name)).map_err(other)?;
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
            if is_running { Ok(ExecutionStatus::Running) } else { run.execution.lock().runner_status::<W>() }
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
            run.execution.lock().runner_status::<W>()?.into_output()
        })
    }

    fn history<'r>(&'r self, name: &'r str) -> RunnerFuture<'r, Vec<RunnerEvent<W>>> {
        Box::pin(async move {
            let run = self.find(name)?;
            self.service.registry.read_history(&run, 0).map_err(|error| other(Refused(error)))?;
            let events = run.execution.lock().runner_history();
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
