//! The configuration of a server, and its start.

use std::fmt;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::{TcpListener, ToSocketAddrs};
use tokio::sync::watch;
use workflow_local::handlers::Handlers;
use workflow_local::{Answers, Clock, FolderStore, MockFile, ObjectStore, TaskError};

use super::Server;
use crate::api::arn::Scope;
use crate::clock::ServerClock;
use crate::executions::{Outside, Threads};
use crate::http::{self, Bodies, Hosts, Requests, Service, Share, Token};
use crate::journal::{Journal, Restored};
use crate::outlets::{Events, ExpressLogs};
use crate::quotas::Buckets;
use crate::registry::{MapRuns, Registry, Turns};
use crate::{Limits, Quotas, Retention};

/// Two builder methods for a closure that answers tasks, one of them for an async closure.
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

/// The configuration of a server that does not listen yet.
pub struct Builder {
    handlers: Handlers,
    mocks: Option<MockFile>,
    clock: Clock,
    store: Arc<dyn ObjectStore>,
    seed: Option<u64>,
    limits: Limits,
    quotas: Quotas,
    retention: Retention,
    events: Option<String>,
    express_logs: Option<Box<dyn Write + Send>>,
    #[cfg(feature = "trace")]
    traces: Option<String>,
    hosts: Vec<String>,
    token: Option<String>,
    scope: Scope,
    lambda: Option<String>,
    aws: Option<String>,
    http_hosts: Vec<String>,
    speed: f64,
    #[cfg(feature = "durable")]
    data: Option<PathBuf>,
    #[cfg(all(test, feature = "durable"))]
    prepared: Option<Journal>,
    #[cfg(all(test, feature = "durable"))]
    began: Option<workflow_local::Instant>,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self {
            handlers: Handlers::default(),
            mocks: None,
            clock: Clock::Real,
            store: Arc::new(FolderStore::read_only(FolderStore::DEFAULT)),
            seed: None,
            limits: Limits::default(),
            quotas: Quotas::default(),
            retention: Retention::default(),
            events: None,
            express_logs: None,
            #[cfg(feature = "trace")]
            traces: None,
            hosts: Vec::new(),
            token: None,
            scope: Scope::default(),
            lambda: None,
            aws: None,
            http_hosts: Vec::new(),
            speed: 1.0,
            #[cfg(feature = "durable")]
            data: None,
            #[cfg(all(test, feature = "durable"))]
            prepared: None,
            #[cfg(all(test, feature = "durable"))]
            began: None,
        }
    }

    handler_methods! {
        /// Answers a Lambda function, by name or ARN, for any version: see
        /// [`Engine::on_lambda`](workflow_local::Engine::on_lambda). The closure may block; a panic fails the task.
        on_lambda,
        /// Like the method without `_async`, with a closure that returns a future. The server's runtime polls it.
        on_lambda_async, function
    }

    handler_methods! {
        /// Answers all tasks with a resource ARN such as `arn:aws:states:::sqs:sendMessage`: see
        /// [`Engine::on_resource`](workflow_local::Engine::on_resource).
        on_resource,
        /// Like the method without `_async`, with a closure that returns a future. The server's runtime polls it.
        on_resource_async, arn
    }

    handler_methods! {
        /// Answers the tasks of each state of this name, in any state machine: see
        /// [`Engine::on_state`](workflow_local::Engine::on_state).
        on_state,
        /// Like the method without `_async`, with a closure that returns a future. The server's runtime polls it.
        on_state_async, state
    }

    /// Answers the tasks of each state of this name with these answers in order, beginning with the first in each
    /// execution: see [`Engine::on_state_answers`](workflow_local::Engine::on_state_answers).
    #[must_use]
    pub fn on_state_answers(mut self, state: impl AsRef<str>, answers: Answers) -> Self {
        self.handlers = self.handlers.on_state_answers(state, answers);
        self
    }

    /// Answers the calls of a Lambda function with these answers in order, beginning with the first in each execution:
    /// see [`Engine::on_lambda_answers`](workflow_local::Engine::on_lambda_answers).
    #[must_use]
    pub fn on_lambda_answers(mut self, function: impl AsRef<str>, answers: Answers) -> Self {
        self.handlers = self.handlers.on_lambda_answers(function, answers);
        self
    }

    /// Answers all tasks with a resource ARN with these answers in order, beginning with the first in each execution:
    /// see [`Engine::on_resource_answers`](workflow_local::Engine::on_resource_answers).
    #[must_use]
    pub fn on_resource_answers(mut self, arn: impl AsRef<str>, answers: Answers) -> Self {
        self.handlers = self.handlers.on_resource_answers(arn, answers);
        self
    }

    /// Adds a mock file. Select its test cases as in AWS Step Functions Local: call `StartExecution` or
    /// `StartSyncExecution` with the state machine's ARN followed by `#Case`. Tasks that the test case does not name
    /// are answered as without it.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/sfn-local-test-sm-exec.html>
    #[must_use]
    pub fn mocks(mut self, file: MockFile) -> Self {
        self.mocks = Some(file);
        self
    }

    /// Sets the store of S3 objects for item readers and result writers: see
    /// [`Engine::object_store`](workflow_local::Engine::object_store), which has the same default.
    #[must_use]
    pub fn object_store(mut self, store: Arc<dyn ObjectStore>) -> Self {
        self.store = store;
        self
    }

    /// Sets a folder of S3 objects for item readers and result writers: `FOLDER/BUCKET/KEY`.
    #[must_use]
    pub fn objects(self, folder: impl Into<PathBuf>) -> Self {
        self.object_store(Arc::new(FolderStore::new(folder)))
    }

    /// Sets the clock of executions; the default is the system's. On a virtual clock, an execution starts at the
    /// current time, and its waits and timeouts take no time.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets how many seconds pass per second of the system's clock: with 10, waits and timeouts take a tenth of their
    /// time. Handlers and workers do not become faster.
    #[must_use]
    pub fn speed(mut self, speed: f64) -> Self {
        self.speed = speed;
        self
    }

    /// Sets the seed of random numbers, names, IDs and task tokens. By default, and with a folder for data, they differ
    /// at each start, so that those of another server mean nothing to this one.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Sets the limits for clients, connections, handlers and executions.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Applies service quotas, such as [`Quotas::aws`], so that clients meet the refusals of production.
    #[must_use]
    pub fn quotas(mut self, quotas: Quotas) -> Self {
        self.quotas = quotas;
        self
    }

    /// Sets how long, and how many, ended executions are kept.
    #[must_use]
    pub fn retention(mut self, retention: Retention) -> Self {
        self.retention = retention;
        self
    }

    /// Posts each change of the status of a Standard execution to a URL, as the JSON of the event that AWS sends to
    /// EventBridge. Best effort: sending is attempted three times, and if 10,000 events wait, further ones are dropped.
    /// Child executions of distributed maps have no events.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html>
    #[must_use]
    pub fn events(mut self, url: impl Into<String>) -> Self {
        self.events = Some(url.into());
        self
    }

    /// Writes the events of Express executions when those end, one line of JSON each, in the format of CloudWatch Logs.
    /// The state machine's `loggingConfiguration` selects the events, and whether payloads are included; by default
    /// there are none, as on AWS. State machines of [`Server::put_state_machine`] log everything.
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

    /// Adds a name, without a port, by which clients reach the server.
    ///
    /// The server answers requests whose `Host` is `localhost`, a name that ends in `.localhost`, a loopback address or
    /// the address that the server listens on. A server on all addresses (`0.0.0.0`) can be reached by any address. It
    /// rejects other requests, and requests whose `Origin` is another web page, because a page in a browser could send
    /// them.
    #[must_use]
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.hosts.push(name.into());
        self
    }

    /// Requires a token in each request except `/health` and `/ready`: as the access key ID of its credentials, which
    /// any SDK sends without a change; as a bearer token; or as the password that a browser asks for. Signatures are
    /// not checked, and without TLS whoever can read the network can read the token.
    ///
    /// A token is printable ASCII without spaces, commas and slashes.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Sets the endpoint for Lambda functions without a closure: the URL of `cargo lambda watch`, SAM or the Runtime
    /// Interface Emulator, such as `http://localhost:9000`. `https` requires the feature of that name.
    #[must_use]
    pub fn lambda_endpoint(mut self, url: impl Into<String>) -> Self {
        self.lambda = Some(url.into());
        self
    }

    /// Sets the endpoint for S3 objects, SQS, SNS, EventBridge and DynamoDB, for tasks without a closure: the URL of
    /// moto or LocalStack, or of one of these services. Requests are signed with the credentials in
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, or with fake ones.
    #[must_use]
    pub fn aws_endpoint(mut self, url: impl Into<String>) -> Self {
        self.aws = Some(url.into());
        self
    }

    /// Allows HTTP tasks (`arn:aws:states:::http:invoke`) to call a host, with or without a port. Unless a host is
    /// allowed, they fail. Their connection is ignored: what it would add to a request is not sent.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html>
    #[must_use]
    pub fn allow_http(mut self, host: impl Into<String>) -> Self {
        self.http_hosts.push(host.into());
        self
    }

    /// Stores everything that the server acknowledges in a folder. A server that you start with it later, even after a
    /// crash, continues from there: state machines, versions, aliases, tags, activities, executions and their events,
    /// tokens.
    ///
    /// A task whose answer was recorded is not called again. A task that was requested and not answered is: handlers
    /// are called at least once. Handlers and limits are not stored: give the later server the same ones.
    #[cfg(feature = "durable")]
    #[must_use]
    pub fn data(mut self, folder: impl Into<PathBuf>) -> Self {
        self.data = Some(folder.into());
        self
    }

    /// Returns the journal.
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

    /// Sets the account of requests whose credentials do not name one; the default is `123456789012`. An access key of
    /// 12 digits names the account.
    #[must_use]
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.scope.account = account.into();
        self
    }

    /// Sets the region of requests without a signature, which would name it; the default is `us-east-1`.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.scope.region = region.into();
        self
    }

    /// Listens on `address`; port 0 chooses a free one. Requires a tokio runtime with its timer and its network.
    ///
    /// # Errors
    /// Fails if it cannot listen on the address, if the data cannot be read, if an endpoint is not a callable URL, or if
    /// the token cannot be an access key ID.
    pub async fn bind(self, address: impl ToSocketAddrs) -> io::Result<Server> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let mut server = self.serve(listener, address)?;
        // It answers health checks meanwhile.
        let registry = Arc::clone(&server.registry);
        let restored = tokio::task::spawn_blocking(move || restored(&registry)).await;
        server.restored = restored.map_err(io::Error::other)??;
        Ok(server)
    }

    /// Serves the connections of a listener. The data must be [`restored`].
    fn serve(self, listener: impl http::Listener, address: SocketAddr) -> io::Result<Server> {
        let limits = self.limits.bounded();
        let (scope, hosts) = (self.scope(), Hosts::new(address.ip(), &self.hosts));
        let token = Token::new(self.token.as_deref())?;
        let registry = self.registry()?;
        #[cfg(feature = "console")]
        let console: Arc<crate::console::Console> = Arc::default();
        let service = Service {
            registry: Arc::clone(&registry),
            hosts,
            token,
            bodies: Bodies::new(limits.bodies, limits.body),
            places: Share::new(limits.connections),
            polls: Share::new(limits.long_polls),
            synchronous: Share::new(limits.synchronous),
            requests: Requests::default(),
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
            restored: Restored::default(),
        })
    }

    /// Returns the scope of requests without one.
    pub(crate) fn scope(&self) -> Scope {
        self.scope.clone()
    }

    /// Restores a journal, and drives nothing.
    #[cfg(feature = "durable")]
    pub(crate) fn restored(self, journal: Journal) -> io::Result<Restored> {
        let registry = self.empty_registry(journal)?;
        registry.restore().map(|(restored, _)| restored).map_err(io::Error::other)
    }

    /// Creates the registry. Its data must be [`restored`].
    pub(crate) fn registry(mut self) -> io::Result<Arc<Registry>> {
        let journal = self.journal()?;
        self.empty_registry(journal)
    }

    fn empty_registry(self, journal: Journal) -> io::Result<Arc<Registry>> {
        let limits = self.limits.bounded();
        let outside = Outside::new(self.lambda.as_deref(), self.aws.as_deref(), &self.http_hosts)?;
        if !(self.speed.is_finite() && self.speed > 0.0) {
            let why = format!("the clock cannot run at the speed {}", self.speed);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        // Names and tokens of an earlier run, or of another server, must not be repeated.
        let seed = self.seed.filter(|_| !journal.is_kept() || journal.is_simulated()).unwrap_or_else(entropy);
        let events = self.events.as_deref().map(Events::new).transpose()?;
        let express_logs = self.express_logs.map(ExpressLogs::new).transpose()?;
        #[cfg(not(all(test, feature = "durable")))]
        let began = workflow_local::Instant::now();
        #[cfg(all(test, feature = "durable"))]
        let began = self.began.unwrap_or_else(workflow_local::Instant::now);
        Ok(Arc::new(Registry {
            handlers: Arc::new(self.handlers),
            mocks: self.mocks,
            clock: ServerClock::new(self.clock, self.speed, began),
            store: self.store,
            threads: Arc::new(Threads::new(&limits)),
            activities: Arc::default(),
            map_runs: Arc::new(MapRuns::new(self.quotas.open_map_runs())),
            outside,
            journal,
            retention: self.retention,
            buckets: Buckets::new(self.quotas),
            recent: limits.recent,
            open_limits: [limits.open_executions.min(self.quotas.open_executions()), limits.express_executions],
            is_restored: watch::Sender::new(false),
            events,
            express_logs,
            #[cfg(feature = "trace")]
            traces: self.traces.as_deref().map(crate::outlets::Traces::new).transpose()?,
            scope: self.scope,
            permanent: Default::default(),
            seed,
            counter: Default::default(),
            numbers: Default::default(),
            held: Default::default(),
            driving: Default::default(),
            driven: Default::default(),
            turns: Turns::default(),
            has_breakpoint: Default::default(),
            breakpoint: Default::default(),
        }))
    }
}

/// Restores the data of a registry if there is any, and drives it.
pub(crate) fn restored(registry: &Arc<Registry>) -> io::Result<Restored> {
    let (restored, running) = registry.restore().map_err(io::Error::other)?;
    // All must exist before one continues, because it may call another.
    for (run, pending) in running {
        registry.drive_on(run, pending);
    }
    registry.is_restored.send_replace(true);
    Ok(restored)
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("clock", &self.clock).field("seed", &self.seed).finish_non_exhaustive()
    }
}

/// Returns a number that differs at each start.
fn entropy() -> u64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish()
}

#[cfg(all(test, feature = "durable"))]
impl Builder {
    /// Writes to a journal, and restores from its contents.
    pub(crate) fn with_journal(mut self, journal: Journal) -> Self {
        self.prepared = Some(journal);
        self
    }

    /// Like [`bind`](Self::bind), on the network of a simulation.
    pub(crate) async fn bind_simulated(self) -> io::Result<Server> {
        let listener = turmoil::net::TcpListener::bind("0.0.0.0:80").await?;
        let address = listener.local_addr()?;
        let mut server = self.serve(listener, address)?;
        // A thread would not follow from the seed.
        server.restored = restored(&server.registry)?;
        Ok(server)
    }

    /// Begins at this time of the system's clock.
    pub(crate) fn beginning_at(mut self, time: workflow_local::Instant) -> Self {
        self.began = Some(time);
        self
    }
}
