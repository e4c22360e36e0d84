//! The server without a socket: executions inside a service, with the same store and the same handlers.

mod state_machine;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;
use workflow_runtime::{Arn, Definition, Workflow};

pub use self::state_machine::StateMachine;
use crate::api::arn::Scope;
use crate::api::{ApiError, Code, Input};
use crate::executions::{Run, RunningHandler};
use crate::journal::{Quarantined, Restored};
use crate::operations;
use crate::registry::{PermanentMachine, Registry};
use crate::server::{Builder, Refused, restored};

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
///         returns { receipt: String }
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
    restored: Restored,
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
    fn run(&self, execution: &str) -> Result<Option<Arc<Run>>, Refused> {
        self.registry.execution(execution).map_err(Refused)
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
        let registry = self.registry()?;
        let restored = restored(&registry)?;
        let (stopped, _) = watch::channel(false);
        Ok(Embedded { service: Arc::new(Service { registry, scope, stopped }), restored })
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
        Ok(StateMachine::new(Arc::clone(&self.service), Arn::from(arn)))
    }

    /// Returns the execution with this ARN.
    #[cfg(test)]
    pub(crate) fn run(&self, execution: &str) -> Option<Arc<Run>> {
        self.service.run(execution).ok().flatten()
    }

    #[cfg(all(test, feature = "durable"))]
    pub(crate) fn journal(&self) -> &crate::journal::Journal {
        &self.service.registry.journal
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
        self.service.registry.fast_forward(None, limit, usize::MAX).await.is_idle
    }

    /// Returns the running handlers: see [`Server::running_handlers`](crate::Server::running_handlers).
    pub fn running_handlers(&self) -> Vec<RunningHandler> {
        self.service.registry.threads.running()
    }

    /// Returns the executions whose replay differs from their records: see
    /// [`Server::diverged`](crate::Server::diverged).
    pub fn diverged(&self) -> &[String] {
        &self.restored.diverged
    }

    /// Returns what could not be restored: see [`Server::quarantined`](crate::Server::quarantined).
    pub fn quarantined(&self) -> &[Quarantined] {
        &self.restored.quarantined
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
