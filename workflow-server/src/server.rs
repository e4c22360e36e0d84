//! The server: what it is made of, started, asked about and stopped.

use std::fmt;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::{TcpListener, ToSocketAddrs};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use workflow_local::handlers::Handlers;
use workflow_local::{Answers, Clock, FolderStore, MachineType, MockFile, ObjectStore, TaskError};

use crate::api::ApiError;
use crate::api::arn::Scope;
use crate::clock::ServerClock;
use crate::executions::{Outside, RunningHandler, Threads};
use crate::http::{self, Hosts, Service};
use crate::journal::Journal;
use crate::outlets::{Events, ExpressLogs};
use crate::registry::{KeptMachine, Registry};
use crate::{Limits, Retention};

/// Two builder methods that take a closure for tasks, one for a closure that gives a future.
macro_rules! handler_methods {
    ($( #[doc = $doc:literal] )* $name:ident, $( #[doc = $doc_async:literal] )* $name_async:ident, $key:ident) => {
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
            self.handlers = self.handlers.$name($key, closure);
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
            self.handlers = self.handlers.$name_async($key, closure);
            self
        }
    };
}

/// A running server; it stops when it is dropped.
pub struct Server {
    address: SocketAddr,
    registry: Arc<Registry>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    #[cfg(feature = "console")]
    console: Arc<crate::console::Console>,
    #[cfg_attr(not(feature = "durable"), expect(dead_code, reason = "without data there is none"))]
    diverged: Vec<String>,
}

impl Server {
    /// What to run tasks with, and by which clock.
    pub fn builder() -> Builder {
        Builder {
            handlers: Handlers::default(),
            mocks: None,
            clock: Clock::Real,
            store: Arc::new(FolderStore::read_only(FolderStore::DEFAULT)),
            seed: 0,
            limits: Limits::default(),
            retention: Retention::default(),
            events: None,
            express_logs: None,
            #[cfg(feature = "trace")]
            traces: None,
            hosts: Vec::new(),
            scope: Scope::default(),
            lambda: None,
            aws: None,
            http_hosts: Vec::new(),
            speed: 1.0,
            #[cfg(feature = "durable")]
            data: None,
            #[cfg(all(test, feature = "durable"))]
            prepared: None,
        }
    }

    /// The URL for `AWS_ENDPOINT_URL_SFN` or the SDK's `endpoint_url`, such as `http://127.0.0.1:40123`.
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

    /// The address it listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Where a browser finds the console, such as `http://127.0.0.1:40123/console/`.
    #[cfg(feature = "console")]
    pub fn console_url(&self) -> String {
        format!("{}/console/", self.endpoint_url())
    }

    /// Says what the input of the state machine with this ARN is, as JSON Schema: the console makes its form of it. `None` when
    /// nothing declares it. The server takes any input all the same, as AWS does.
    #[cfg(feature = "console")]
    pub fn declare_input(&self, state_machine_arn: &str, schema: Option<serde_json::Value>) {
        self.console.declare_input(state_machine_arn, schema);
    }

    /// Has the server have a state machine: makes it, or updates it where its definition differs, and gives its ARN. Its type
    /// cannot change; of another type it is deleted and made anew. A reset leaves it.
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

    /// Forgets everything but the state machines of [`put_state_machine`](Self::put_state_machine): executions are stopped, and
    /// they and all other resources go.
    pub fn reset(&self) {
        self.registry.reset();
    }

    /// Turns the clock forward: what is due by then happens now. A virtual clock is not turned.
    pub fn advance(&self, time: Duration) {
        self.registry.advance(time);
    }

    /// Turns the clock to whatever is due next, again and again, until executions wait for nothing but workers, tokens and
    /// clients; at most by `limit`. Handlers that work are waited for. Tells whether it came so far.
    pub async fn run_until_idle(&self, limit: Duration) -> bool {
        self.registry.turn(None, limit).await.is_idle
    }

    /// The handlers that run now and are synchronous closures, those that have run longest first: what to look at when
    /// executions do not go on.
    pub fn running_handlers(&self) -> Vec<RunningHandler> {
        self.registry.threads.running()
    }

    /// Stops. Executions end where they are, requests that wait for something are answered with `ServiceUnavailable`, and
    /// connections are closed as soon as their clients have read what they are owed, at the latest after
    /// [`Limits::shutdown`]. Handlers that run are left alone on their threads.
    pub async fn shutdown(mut self) {
        self.registry.stop_driving();
        self.stop.send_replace(true);
        // The task ends by itself; that it was aborted or panicked is nothing to report here.
        let _ = (&mut self.serving).await;
        self.registry.journal.close();
    }

    /// The ARNs of the executions that were taken over from [`Builder::data`] while they ran and whose program now behaves
    /// otherwise than was recorded: doing again what was done to them gave another history. They are aborted with the error
    /// `Workflow.ReplayDiverged`; their records are left as they are. An execution that had ended is done again when it is
    /// described; where that diverges, the description has this error.
    #[cfg(feature = "durable")]
    pub fn diverged(&self) -> &[String] {
        &self.diverged
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

/// Why a state machine or a request is refused, in the service's words.
#[derive(Clone, Debug)]
pub struct Refused(pub(crate) ApiError);

impl Refused {
    /// The API's code, such as `InvalidDefinition`.
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

/// A server that does not listen yet.
pub struct Builder {
    handlers: Handlers,
    mocks: Option<MockFile>,
    clock: Clock,
    store: Arc<dyn ObjectStore>,
    seed: u64,
    limits: Limits,
    retention: Retention,
    events: Option<String>,
    express_logs: Option<Box<dyn Write + Send>>,
    #[cfg(feature = "trace")]
    traces: Option<String>,
    hosts: Vec<String>,
    scope: Scope,
    lambda: Option<String>,
    aws: Option<String>,
    http_hosts: Vec<String>,
    speed: f64,
    #[cfg(feature = "durable")]
    data: Option<PathBuf>,
    #[cfg(all(test, feature = "durable"))]
    prepared: Option<Journal>,
}

impl Builder {
    handler_methods! {
        /// Stands for a Lambda function, by name or ARN, whatever its version: see
        /// [`Engine::on_lambda`](workflow_local::Engine::on_lambda). The closure may block; a panic fails the task.
        on_lambda,
        /// The same with a closure that gives a future, polled by the runtime that the server runs on.
        on_lambda_async, function
    }

    handler_methods! {
        /// Answers all tasks with a resource ARN such as `arn:aws:states:::sqs:sendMessage`: see
        /// [`Engine::on_resource`](workflow_local::Engine::on_resource).
        on_resource,
        /// The same with a closure that gives a future, polled by the runtime that the server runs on.
        on_resource_async, arn
    }

    handler_methods! {
        /// Answers the tasks of each state of this name, whatever its state machine: see
        /// [`Engine::on_state`](workflow_local::Engine::on_state).
        on_state,
        /// The same with a closure that gives a future, polled by the runtime that the server runs on.
        on_state_async, state
    }

    /// Answers the tasks of each state of this name one after the other, from the first again in each execution: see
    /// [`Engine::on_state_answers`](workflow_local::Engine::on_state_answers).
    #[must_use]
    pub fn on_state_answers(mut self, state: impl AsRef<str>, answers: Answers) -> Self {
        self.handlers = self.handlers.on_state_answers(state, answers);
        self
    }

    /// Answers the calls of a Lambda function one after the other, from the first again in each execution: see
    /// [`Engine::on_lambda_answers`](workflow_local::Engine::on_lambda_answers).
    #[must_use]
    pub fn on_lambda_answers(mut self, function: impl AsRef<str>, answers: Answers) -> Self {
        self.handlers = self.handlers.on_lambda_answers(function, answers);
        self
    }

    /// Answers all tasks with a resource ARN one after the other, from the first again in each execution: see
    /// [`Engine::on_resource_answers`](workflow_local::Engine::on_resource_answers).
    #[must_use]
    pub fn on_resource_answers(mut self, arn: impl AsRef<str>, answers: Answers) -> Self {
        self.handlers = self.handlers.on_resource_answers(arn, answers);
        self
    }

    /// A mock file, whose cases are taken as AWS Step Functions Local takes them: `StartExecution` and
    /// `StartSyncExecution` with the state machine's ARN and `#Case` behind it. Tasks that the case does not name are
    /// answered as without it.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/sfn-local-test-sm-exec.html>
    #[must_use]
    pub fn mocks(mut self, file: MockFile) -> Self {
        self.mocks = Some(file);
        self
    }

    /// Where item readers and result writers find S3's objects: see
    /// [`Engine::object_store`](workflow_local::Engine::object_store), whose default this has too.
    #[must_use]
    pub fn object_store(mut self, store: Arc<dyn ObjectStore>) -> Self {
        self.store = store;
        self
    }

    /// A folder that item readers read S3's objects from, and result writers write theirs to: `FOLDER/BUCKET/KEY`.
    #[must_use]
    pub fn objects(self, folder: impl Into<PathBuf>) -> Self {
        self.object_store(Arc::new(FolderStore::new(folder)))
    }

    /// The clock of executions: the system's unless this says otherwise. On a virtual clock an execution starts at
    /// the present, and its waits and time-outs take no time.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// How many seconds pass in one of the system's: 10 has waits and time-outs take a tenth of their time. Handlers and
    /// workers are not faster for it.
    #[must_use]
    pub fn speed(mut self, speed: f64) -> Self {
        self.speed = speed;
        self
    }

    /// What random numbers, names and ids follow from.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How long clients may take, and how many connections and handlers there may be.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How long and how many executions are kept that have ended.
    #[must_use]
    pub fn retention(mut self, retention: Retention) -> Self {
        self.retention = retention;
        self
    }

    /// Posts each change of the status of a Standard execution to a URL, as the JSON of the event that AWS sends to
    /// EventBridge. Best effort: an event that is not taken is sent three times, and when 10,000 wait, further ones are dropped.
    /// Executions that a distributed map starts have none.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html>
    #[must_use]
    pub fn events(mut self, url: impl Into<String>) -> Self {
        self.events = Some(url.into());
        self
    }

    /// Writes the events of Express executions when those end, a line of JSON each, as they stand in CloudWatch Logs. The
    /// `loggingConfiguration` of the state machine says which, and whether with payloads; by default none, as on AWS. Those of
    /// [`Server::put_state_machine`] have one that logs everything.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html>
    #[must_use]
    pub fn express_logs(mut self, write: impl Write + Send + 'static) -> Self {
        self.express_logs = Some(Box::new(write));
        self
    }

    /// Posts the trace of each execution to a collector of OpenTelemetry, such as `http://localhost:4318`: a span for the execution,
    /// each state, branch, item, attempt and wait before a retry, each when it ends. If the input has a `traceparent`, the trace
    /// continues that one. An execution that is redriven posts its own span, and those of the states that go on, once more.
    /// Best effort, as [`events`](Self::events).
    ///
    /// <https://opentelemetry.io/docs/specs/otlp/#otlphttp>
    #[cfg(feature = "trace")]
    #[must_use]
    pub fn traces(mut self, url: impl Into<String>) -> Self {
        self.traces = Some(url.into());
        self
    }

    /// A name, without a port, that clients reach the server by.
    ///
    /// Requests are answered when their `Host` is `localhost`, a name that ends in `.localhost`, an address of loopback or
    /// the address that the server listens on; a server on all addresses (`0.0.0.0`) is reached by any address. Others are
    /// refused, and so are requests whose `Origin` is another web page: a page in a browser could send them.
    #[must_use]
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.hosts.push(name.into());
        self
    }

    /// Where Lambda functions without a closure are called: the URL of `cargo lambda watch`, SAM or the Runtime Interface
    /// Emulator, such as `http://localhost:9000`. `https` needs the feature of that name.
    #[must_use]
    pub fn lambda_endpoint(mut self, url: impl Into<String>) -> Self {
        self.lambda = Some(url.into());
        self
    }

    /// Where S3's objects, SQS, SNS, EventBridge and DynamoDB are called, by tasks without a closure: the URL of moto or
    /// LocalStack, or of one of these services. Requests are signed with the credentials in `AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, or with some that are made up.
    #[must_use]
    pub fn aws_endpoint(mut self, url: impl Into<String>) -> Self {
        self.aws = Some(url.into());
        self
    }

    /// A host, with a port or without, that HTTP tasks (`arn:aws:states:::http:invoke`) may call. Unless one is allowed, they
    /// fail. Their connection is not looked at: whatever it would add to a request is not sent.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html>
    #[must_use]
    pub fn allow_http(mut self, host: impl Into<String>) -> Self {
        self.http_hosts.push(host.into());
        self
    }

    /// Keeps everything that the server acknowledges in a folder, so that a server that is started with it later, even after a
    /// crash, goes on from there: state machines, versions, aliases, tags, activities, executions and their events, tokens.
    ///
    /// A task whose answer was recorded is not called again. One that was asked and not answered is: handlers are called at
    /// least once. Handlers and limits are not kept: give the later server the same.
    #[cfg(feature = "durable")]
    #[must_use]
    pub fn data(mut self, folder: impl Into<PathBuf>) -> Self {
        self.data = Some(folder.into());
        self
    }

    /// The journal.
    #[cfg(feature = "durable")]
    fn journal(&mut self) -> io::Result<Journal> {
        use crate::journal::RedbBackend;

        #[cfg(test)]
        if let Some(prepared) = self.prepared.take() {
            return Ok(prepared);
        }
        let Some(folder) = &self.data else { return Ok(Journal::default()) };
        let wrong = |why: String| io::Error::other(format!("the data in {}: {why}", folder.display()));
        let backend = RedbBackend::open(folder).map_err(wrong)?;
        let reader = backend.reader();
        Journal::new(backend, reader)
    }

    #[cfg(not(feature = "durable"))]
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "with the feature it needs both")]
    fn journal(&mut self) -> io::Result<Journal> {
        Ok(Journal::default())
    }

    /// The account of requests whose credentials do not name one: `123456789012` unless set. An access key that is 12 digits
    /// names the account.
    #[must_use]
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.scope.account = account.into();
        self
    }

    /// The region of requests without a signature, which would name it: `us-east-1` unless set.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.scope.region = region.into();
        self
    }

    /// Listens on `address`; port 0 takes a free one. Needs a tokio runtime with its timer and its network.
    ///
    /// # Errors
    /// The address cannot be listened on, the data cannot be read, or an endpoint is no URL that can be called.
    pub async fn bind(self, address: impl ToSocketAddrs) -> io::Result<Server> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (limits, scope, hosts) = (self.limits.bounded(), self.scope(), Hosts::new(address.ip(), &self.hosts));
        let (registry, diverged) = self.registry()?;
        #[cfg(feature = "console")]
        let console: Arc<crate::console::Console> = Arc::default();
        let service = Service {
            registry: Arc::clone(&registry),
            hosts,
            body: limits.body,
            scope,
            #[cfg(feature = "console")]
            console: Arc::clone(&console),
        };
        let (stop, stopping) = watch::channel(false);
        let serving = tokio::spawn(http::serve(listener, Arc::new(service), limits, stopping));
        Ok(Server {
            address,
            registry,
            stop,
            serving,
            #[cfg(feature = "console")]
            console,
            diverged,
        })
    }

    /// Where requests are for that do not say.
    pub(crate) fn scope(&self) -> Scope {
        self.scope.clone()
    }

    /// What is held, taken over from the data where there is some, and driven; and the ARNs of executions that diverged.
    pub(crate) fn registry(mut self) -> io::Result<(Arc<Registry>, Vec<String>)> {
        let limits = self.limits.bounded();
        let outside = Outside::new(self.lambda.as_deref(), self.aws.as_deref(), &self.http_hosts)?;
        if !(self.speed.is_finite() && self.speed > 0.0) {
            let why = format!("the clock cannot go at the speed {}", self.speed);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        let journal = self.journal()?;
        // Names and tokens of an earlier run must not come again.
        let seed = if journal.is_kept() { self.seed ^ entropy() } else { self.seed };
        let events = self.events.as_deref().map(Events::new).transpose()?;
        let express_logs = self.express_logs.map(ExpressLogs::new).transpose()?;
        let registry = Registry::new(
            self.handlers,
            self.mocks,
            ServerClock::new(self.clock, self.speed),
            self.store,
            Threads::new(&limits),
            outside,
            journal,
            self.retention,
            events,
            express_logs,
            self.scope,
            seed,
        );
        #[cfg(feature = "trace")]
        if let Some(url) = &self.traces {
            // It is set nowhere else.
            let _ = registry.traces.set(crate::outlets::Traces::new(url)?);
        }
        let registry = Arc::new(registry);
        let diverged = registry.restore().map_err(io::Error::other)?;
        Ok((registry, diverged))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("clock", &self.clock).field("seed", &self.seed).finish_non_exhaustive()
    }
}

/// A number that is another at each start.
fn entropy() -> u64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish()
}

#[cfg(all(test, feature = "durable"))]
impl Builder {
    /// Has the server write to a journal, and start from what is in it.
    pub(crate) fn with_journal(mut self, journal: Journal) -> Self {
        self.prepared = Some(journal);
        self
    }
}

#[cfg(all(test, feature = "durable"))]
impl Server {
    pub(crate) fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }
}
