//! The server: how to query and stop it. Its [`Builder`] configures and starts it.

mod builder;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use workflow_local::MachineType;

use crate::api::ApiError;
#[cfg(feature = "console")]
use crate::console::Conversion;
use crate::executions::RunningHandler;
use crate::journal::{Quarantined, Restored, StoreState};
use crate::registry::{PermanentMachine, Registry};
pub use builder::Builder;
pub(crate) use builder::restored;

/// A running server. It stops when it is dropped.
pub struct Server {
    address: SocketAddr,
    registry: Arc<Registry>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    #[cfg(feature = "console")]
    console: Arc<crate::console::Console>,
    restored: Restored,
}

impl Server {
    /// Returns a builder, to set handlers, the clock and other options.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Returns the URL for `AWS_ENDPOINT_URL_SFN` or the SDK's `endpoint_url`, such as `http://127.0.0.1:40123`.
    pub fn endpoint_url(&self) -> String {
        let mut address = self.address;
        // A server on all addresses is reached by loopback.
        match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        format!("http://{address}")
    }

    /// Returns the address it listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Returns the URL of the console for a browser, such as `http://127.0.0.1:40123/console/`.
    #[cfg(feature = "console")]
    pub fn console_url(&self) -> String {
        format!("{}/console/", self.endpoint_url())
    }

    /// Declares the input type of the state machine with this ARN, as JSON Schema. The console builds its form from it.
    /// `None` means undeclared. The server still accepts any input, as AWS does.
    #[cfg(feature = "console")]
    pub fn declare_input(&self, state_machine_arn: &str, schema: Option<serde_json::Value>) {
        self.console.declare_input(state_machine_arn, schema);
    }

    /// Lets the console read the input's type of other state machines, as JSON Schema, from the tags (keys and values) and the
    /// definition. The first reader counts.
    #[cfg(feature = "console")]
    pub fn read_inputs(
        &self,
        read: impl Fn(&[(&str, &str)], &str) -> Option<serde_json::Value> + Send + Sync + 'static,
    ) {
        let _ = self.console.of_tags.set(Box::new(read));
    }

    /// Shows this problem on every page of the console, such as an error in the files of the state machines, until another
    /// one is declared, or `None`.
    #[cfg(feature = "console")]
    pub fn declare_problem(&self, problem: Option<String>) {
        *self.console.problem.lock() = problem;
    }

    /// Lets the console offer executions as mock files and tests, and go on with them from a state. The closure gets an
    /// execution as `cargo workflow history --save` writes it, and returns the text of the file or page, or why there is
    /// none. The first closure counts.
    #[cfg(feature = "console")]
    pub fn convert_executions(
        &self,
        convert: impl Fn(&serde_json::Value, &Conversion) -> Result<String, String> + Send + Sync + 'static,
    ) {
        let _ = self.console.convert.set(Arc::new(convert));
    }

    /// Creates a state machine, or updates it if its definition differs, and returns its ARN. The type of a state
    /// machine cannot change; if it differs, the state machine is deleted and created again. It survives a reset.
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

    /// Stops all executions, and forgets everything except the state machines of
    /// [`put_state_machine`](Self::put_state_machine).
    pub fn reset(&self) {
        self.registry.reset();
    }

    /// Advances the clock, at most to the start of the year 9999. Everything that is due by then happens now. A virtual
    /// clock is not advanced.
    pub fn advance(&self, time: Duration) {
        self.registry.advance(time);
    }

    /// Repeatedly advances the clock to the next due time, by at most `limit`, until executions only wait for workers,
    /// tokens and clients. Waits for running handlers. Returns whether it got that far.
    pub async fn run_until_idle(&self, limit: Duration) -> bool {
        self.registry.fast_forward(None, limit, usize::MAX).await.is_idle
    }

    /// Returns the running handlers that are synchronous closures, the longest running first. Look at them if
    /// executions do not make progress.
    pub fn running_handlers(&self) -> Vec<RunningHandler> {
        self.registry.threads.running()
    }

    /// Stops the server. Executions stop where they are, waiting requests are answered with `ServiceUnavailable`, and
    /// connections are closed as soon as their clients have read their answers, at the latest after
    /// [`Limits::shutdown`](crate::Limits::shutdown). Running handlers are left on their threads.
    pub async fn shutdown(mut self) {
        self.registry.stop_driving();
        self.stop.send_replace(true);
        // The task ends by itself. If it was aborted or panicked, there is nothing to report here.
        let _ = (&mut self.serving).await;
        self.registry.journal.close();
    }

    /// Returns the ARNs of the executions restored from [`Builder::data`] that were running and whose program now
    /// behaves differently: replaying their inputs gave a different history. They are aborted with the error
    /// `Workflow.ReplayDiverged`; their records are not changed.
    pub fn diverged(&self) -> &[String] {
        &self.restored.diverged
    }

    /// Returns what could not be restored from [`Builder::data`].
    pub fn quarantined(&self) -> &[Quarantined] {
        &self.restored.quarantined
    }

    /// Waits until the server's ability to store data is another one, and returns it. Without [`Builder::data`] it never
    /// changes.
    pub async fn store_changed(&self, seen: &StoreState) -> StoreState {
        self.registry.journal.changed(seen).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.registry.stop_driving();
        self.serving.abort();
        self.registry.journal.close();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Why a state machine or a request is rejected, with the service's message.
#[derive(Clone, Debug)]
pub struct Refused(pub(crate) ApiError);

impl Refused {
    /// Returns the API's code, such as `InvalidDefinition`.
    pub fn code(&self) -> &str {
        self.0.code.name()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.0.message)
    }
}

impl std::error::Error for Refused {}

#[cfg(all(test, feature = "durable"))]
impl Server {
    pub(crate) fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }
}
