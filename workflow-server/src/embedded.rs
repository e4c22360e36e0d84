//! The server without a socket: executions inside of a service, on the same store and with the same handlers.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use workflow_local::{MachineType, Status};

use crate::api::arn::Scope;
use crate::api::{ApiError, Code, Input};
use crate::executions::RunningHandler;
use crate::operations;
use crate::registry::{KeptMachine, Registry};
use crate::server::{Builder, Refused};

/// State machines and executions in this process, without a socket; they end with it, and go on from their data when it is
/// opened again. It stops when it is dropped.
///
/// ```no_run
/// use workflow_local::{MachineType, TaskError};
/// use workflow_server::Server;
///
/// # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
/// let charge = |order: u64| Ok::<_, TaskError>(format!("charged {order}"));
/// # #[cfg(feature = "durable")]
/// let workflows = Server::builder().on_lambda("charge", charge).data("data").embed().await?;
/// # #[cfg(not(feature = "durable"))]
/// # let workflows = Server::builder().on_lambda("charge", charge).embed().await?;
/// let order = workflows.put_state_machine("Order", MachineType::Standard, r#"{
///     "StartAt": "Charge",
///     "States": {"Charge": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "End": true}}
/// }"#)?;
/// let execution = workflows.start(&order, "order-17", &17).await?;
/// let ended = workflows.ended(&execution).await?;
/// assert_eq!(ended.output::<String>()?, "charged 17");
/// workflows.shutdown().await;
/// # Ok(())
/// # }
/// ```
pub struct Embedded {
    registry: Arc<Registry>,
    scope: Scope,
    #[cfg_attr(not(feature = "durable"), expect(dead_code, reason = "without data there is none"))]
    diverged: Vec<String>,
}

/// How an execution ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Ended {
    /// Succeeded, failed, timed out or aborted.
    pub status: Status,
    /// The output of one that succeeded.
    pub output: Option<Value>,
    /// The name of the error.
    pub error: Option<String>,
    /// The cause.
    pub cause: Option<String>,
}

impl Ended {
    /// The output as a type.
    ///
    /// # Errors
    /// It did not succeed, or its output is not of that type.
    pub fn output<T: DeserializeOwned>(&self) -> Result<T, EndedOtherwise> {
        let Some(output) = &self.output else {
            let (error, cause) = (self.error.as_deref().unwrap_or("no error"), self.cause.as_deref().unwrap_or(""));
            return Err(EndedOtherwise(format!("the execution is {}: {error}: {cause}", self.status)));
        };
        T::deserialize(output).map_err(|error| EndedOtherwise(format!("the output does not fit: {error}: {output}")))
    }
}

/// Why an execution has no output of the wanted type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedOtherwise(String);

impl fmt::Display for EndedOtherwise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EndedOtherwise {}

impl Builder {
    /// Begins without a socket: executions that were under way go on. Needs a tokio runtime with its timer.
    ///
    /// # Errors
    /// The data cannot be read, or an endpoint is no URL that can be called.
    pub async fn embed(self) -> io::Result<Embedded> {
        let scope = self.scope();
        let (registry, diverged) = self.registry()?;
        Ok(Embedded { registry, scope, diverged })
    }
}

impl Embedded {
    /// Makes a state machine, or updates it where its definition differs, and gives its ARN: see
    /// [`Server::put_state_machine`](crate::Server::put_state_machine).
    ///
    /// # Errors
    /// The service would refuse it.
    pub fn put_state_machine(
        &self,
        name: &str,
        machine_type: MachineType,
        definition: &str,
    ) -> Result<String, Refused> {
        let kept = KeptMachine { kind: machine_type, definition: definition.to_owned() };
        self.registry.put(name, kept).map_err(Refused)
    }

    /// Starts an execution, and gives its ARN when that is kept. The same name and input while it runs are the same execution,
    /// so that a start that may have been made before can be made again.
    ///
    /// # Errors
    /// The service would refuse it, or its data cannot be written.
    pub async fn start(&self, machine: &str, name: &str, input: &(impl Serialize + ?Sized)) -> Result<String, Refused> {
        let input = serde_json::to_string(input)
            .map_err(|error| Refused(ApiError::new(Code::InvalidExecutionInput, error.to_string())))?;
        let started = json!({"stateMachineArn": machine, "name": name, "input": input});
        let answer = self.call("StartExecution", &started).await?;
        Ok(answer.get("executionArn").and_then(Value::as_str).unwrap_or_default().to_owned())
    }

    /// Waits for the end of a Standard execution.
    ///
    /// # Errors
    /// There is none with this ARN.
    pub async fn ended(&self, execution: &str) -> Result<Ended, Refused> {
        let run = self.registry.swept().executions.get(execution);
        let run = run.ok_or_else(|| Refused(ApiError::execution_does_not_exist(execution)))?;
        run.ended().await;
        // What is told is kept.
        self.registry.journal.flushed().await.map_err(Refused)?;
        let execution = run.execution();
        Ok(Ended {
            status: execution.status(),
            output: execution.output().map(|output| output.value().clone()),
            error: execution.error().map(str::to_owned),
            cause: execution.cause().map(str::to_owned),
        })
    }

    /// The execution with this ARN.
    #[cfg(test)]
    pub(crate) fn run(&self, execution: &str) -> Option<Arc<crate::executions::Run>> {
        self.registry.swept().executions.get(execution)
    }

    /// Calls an operation of the API, such as `SendTaskSuccess`, with its request in JSON. What it answers is kept.
    ///
    /// # Errors
    /// The service would refuse it, or its data cannot be written.
    pub async fn call(&self, operation: &str, request: &Value) -> Result<Value, Refused> {
        let input = Input::parse(request.to_string().as_bytes(), self.scope.clone()).map_err(Refused)?;
        let answer = operations::run(&self.registry, operation, &input).await;
        self.registry.journal.flushed().await.map_err(Refused)?;
        let wrong = |error: serde_json::Error| Refused(ApiError::new(Code::Serialization, error.to_string()));
        answer.map_err(Refused).and_then(|answer| serde_json::from_slice(&answer).map_err(wrong))
    }

    /// Turns the clock forward: see [`Server::advance`](crate::Server::advance).
    pub fn advance(&self, time: Duration) {
        self.registry.advance(time);
    }

    /// The handlers that run now: see [`Server::running_handlers`](crate::Server::running_handlers).
    pub fn running_handlers(&self) -> Vec<RunningHandler> {
        self.registry.threads.running()
    }

    /// The executions whose replay was not what was recorded: see [`Server::diverged`](crate::Server::diverged).
    #[cfg(feature = "durable")]
    pub fn diverged(&self) -> &[String] {
        &self.diverged
    }

    /// Stops: executions end where they are, and go on from there when the data is opened again. What was done is written before
    /// this returns. Handlers that run are left alone on their threads.
    pub async fn shutdown(self) {
        self.registry.stop_driving();
        // A thread writes; it is waited for where that may block.
        let journal = self.registry.journal.clone();
        let _ = tokio::task::spawn_blocking(move || journal.close()).await;
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.registry.stop_driving();
        self.registry.journal.close();
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded").finish_non_exhaustive()
    }
}
