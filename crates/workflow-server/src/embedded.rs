//! The server without a socket: executions inside a service, with the same store and the same handlers.

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
use crate::registry::{PermanentMachine, Registry};
use crate::server::{Builder, Refused};

/// State machines and executions in this process, without a socket. They end with it, and continue from their data when
/// it is opened again. It stops when it is dropped.
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

/// The result of an execution.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Ended {
    /// Succeeded, failed, timed out or aborted.
    pub status: Status,
    /// The output, if it succeeded.
    pub output: Option<Value>,
    /// The error's name, if any.
    pub error: Option<String>,
    /// The cause, if any.
    pub cause: Option<String>,
}

impl Ended {
    /// Deserializes the output.
    ///
    /// # Errors
    /// Fails if the execution did not succeed, or if its output does not have that type.
    pub fn output<T: DeserializeOwned>(&self) -> Result<T, EndedOtherwise> {
        let Some(output) = &self.output else {
            let (error, cause) = (self.error.as_deref().unwrap_or("no error"), self.cause.as_deref().unwrap_or(""));
            return Err(EndedOtherwise(format!("the execution is {}: {error}: {cause}", self.status)));
        };
        T::deserialize(output).map_err(|error| EndedOtherwise(format!("the output does not fit: {error}: {output}")))
    }
}

/// Why an execution has no output of the expected type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedOtherwise(String);

impl fmt::Display for EndedOtherwise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EndedOtherwise {}

impl Builder {
    /// Starts without a socket. Executions that had not ended continue. Requires a tokio runtime with its timer.
    ///
    /// # Errors
    /// Fails if the data cannot be read, or if an endpoint is not a callable URL.
    pub async fn embed(self) -> io::Result<Embedded> {
        let scope = self.scope();
        let (registry, diverged) = self.registry()?;
        Ok(Embedded { registry, scope, diverged })
    }
}

impl Embedded {
    /// Creates a state machine, or updates it if its definition differs, and returns its ARN: see
    /// [`Server::put_state_machine`](crate::Server::put_state_machine).
    ///
    /// # Errors
    /// Fails if the service would reject it.
    pub fn put_state_machine(
        &self,
        name: &str,
        machine_type: MachineType,
        definition: &str,
    ) -> Result<String, Refused> {
        let kept = PermanentMachine { kind: machine_type, definition: definition.to_owned() };
        self.registry.put(name, kept).map_err(Refused)
    }

    /// Starts an execution, and returns its ARN once it is stored. The same name and input while it runs identify the
    /// same execution, so you can safely repeat a start.
    ///
    /// # Errors
    /// Fails if the service would reject it, or if its data cannot be written.
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
    /// Fails if there is no execution with this ARN.
    pub async fn ended(&self, execution: &str) -> Result<Ended, Refused> {
        let run = self.registry.swept().executions.get(execution);
        let run = run.ok_or_else(|| Refused(ApiError::execution_does_not_exist(execution)))?;
        run.ended().await;
        // Everything reported is stored first.
        self.registry.journal.flushed().await.map_err(Refused)?;
        let execution = run.execution();
        Ok(Ended {
            status: execution.status(),
            output: execution.output().map(|output| output.value().clone()),
            error: execution.error().map(str::to_owned),
            cause: execution.cause().map(str::to_owned),
        })
    }

    /// Returns the execution with this ARN.
    #[cfg(test)]
    pub(crate) fn run(&self, execution: &str) -> Option<Arc<crate::executions::Run>> {
        self.registry.swept().executions.get(execution)
    }

    /// Calls an operation of the API, such as `SendTaskSuccess`, with its request as JSON. Everything that it
    /// acknowledges is stored.
    ///
    /// # Errors
    /// Fails if the service would reject it, or if its data cannot be written.
    pub async fn call(&self, operation: &str, request: &Value) -> Result<Value, Refused> {
        let input = Input::parse(request.to_string().as_bytes(), self.scope.clone()).map_err(Refused)?;
        let answer = operations::run(&self.registry, operation, &input).await;
        self.registry.journal.flushed().await.map_err(Refused)?;
        let wrong = |error: serde_json::Error| Refused(ApiError::new(Code::Serialization, error.to_string()));
        answer.map_err(Refused).and_then(|answer| serde_json::from_slice(&answer).map_err(wrong))
    }

    /// Advances the clock: see [`Server::advance`](crate::Server::advance).
    pub fn advance(&self, time: Duration) {
        self.registry.advance(time);
    }

    /// Returns the running handlers: see [`Server::running_handlers`](crate::Server::running_handlers).
    pub fn running_handlers(&self) -> Vec<RunningHandler> {
        self.registry.threads.running()
    }

    /// Returns the executions whose replay differs from their records: see
    /// [`Server::diverged`](crate::Server::diverged).
    #[cfg(feature = "durable")]
    pub fn diverged(&self) -> &[String] {
        &self.diverged
    }

    /// Stops. Executions stop where they are, and continue when the data is opened again. All data is written before
    /// this returns. Running handlers are left on their threads.
    pub async fn shutdown(self) {
        self.registry.stop_driving();
        // The journal's thread may block, so it is joined on a blocking thread.
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
