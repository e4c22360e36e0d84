//! A server that speaks the Step Functions API on loopback, so that the AWS SDK and the AWS CLI work unchanged.
//!
//! ```ignore
//! let server = Server::builder().on_lambda("greet", greet).bind("127.0.0.1:0").await?;
//! let config = aws_config::defaults(BehaviorVersion::v2026_01_12()).endpoint_url(server.endpoint_url());
//! ```
//!
//! `StartSyncExecution` and `TestState` the SDK sends to `sync-HOST`, for which loopback has no name: an interceptor takes the
//! prefix away, or the caller's name resolution.
//!
//! It keeps everything in memory, checks no signature, and knows no versions, aliases, activities or redrives.
//! The operations: <https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html>.

mod answer;
mod arn;
mod definition;
mod driver;
mod error;
mod executions;
mod input;
mod machines;
mod page;
mod registry;
mod route;
mod tasks;
mod test_state;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::serve::ListenerExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::{TcpListener, ToSocketAddrs};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::answers::Answers;
use crate::clock::Clock;
use crate::handlers::{self, Handlers, Wrap, handler_methods};
use crate::mock_file::MockFile;
use crate::store::{FolderStore, ObjectStore};
use crate::task::TaskError;
use registry::Registry;

/// A running server; it stops when it is dropped.
pub struct Server {
    address: SocketAddr,
    registry: Arc<Registry>,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
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
        }
    }

    /// The URL for `AWS_ENDPOINT_URL_SFN` or the SDK's `endpoint_url`, such as `http://127.0.0.1:40123`.
    pub fn endpoint_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address it listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Ends what is running, answers the requests it has, and stops.
    pub async fn shutdown(mut self) {
        self.registry.stop_driving();
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        // The task ends by itself; that it was aborted or panicked is nothing to report here.
        let _ = (&mut self.serving).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.registry.stop_driving();
        self.serving.abort();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

/// A server that does not listen yet.
pub struct Builder {
    handlers: Handlers,
    mocks: Option<MockFile>,
    clock: Clock,
    store: Arc<dyn ObjectStore>,
    seed: u64,
}

impl Builder {
    handler_methods! {
        /// Stands for a Lambda function, by name or ARN, whatever its version: see
        /// [`Engine::on_lambda`](crate::Engine::on_lambda). The closure may block; a panic fails the task.
        on_lambda,
        /// The same with a closure that gives a future, polled by the runtime that the server runs on.
        on_lambda_async, function: add_lambda, Lambda
    }

    handler_methods! {
        /// Answers all tasks with a resource ARN such as `arn:aws:states:::sqs:sendMessage`: see
        /// [`Engine::on_resource`](crate::Engine::on_resource).
        on_resource,
        /// The same with a closure that gives a future, polled by the runtime that the server runs on.
        on_resource_async, arn: add_resource, Resource
    }

    handler_methods! {
        /// Answers the tasks of each state of this name, whatever its state machine: see
        /// [`Engine::on_state`](crate::Engine::on_state).
        on_state,
        /// The same with a closure that gives a future, polled by the runtime that the server runs on.
        on_state_async, state: add_state, Resource
    }

    /// Answers the tasks of each state of this name one after the other, from the first again in each execution: see
    /// [`Engine::on_state_answers`](crate::Engine::on_state_answers).
    #[must_use]
    pub fn on_state_answers(mut self, state: impl AsRef<str>, answers: Answers) -> Self {
        self.handlers.add_state(state.as_ref(), answers.handler(Wrap::Resource));
        self
    }

    /// Answers the calls of a Lambda function one after the other, from the first again in each execution: see
    /// [`Engine::on_lambda_answers`](crate::Engine::on_lambda_answers).
    #[must_use]
    pub fn on_lambda_answers(mut self, function: impl AsRef<str>, answers: Answers) -> Self {
        self.handlers.add_lambda(function.as_ref(), answers.handler(Wrap::Lambda));
        self
    }

    /// Answers all tasks with a resource ARN one after the other, from the first again in each execution: see
    /// [`Engine::on_resource_answers`](crate::Engine::on_resource_answers).
    #[must_use]
    pub fn on_resource_answers(mut self, arn: impl AsRef<str>, answers: Answers) -> Self {
        self.handlers.add_resource(arn.as_ref(), answers.handler(Wrap::Resource));
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
    /// [`Engine::object_store`](crate::Engine::object_store), whose default this has too.
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

    /// What random numbers, names and ids follow from.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Listens on `address`; port 0 takes a free one. Needs a tokio runtime with its timer.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn bind(self, address: impl ToSocketAddrs) -> io::Result<Server> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let registry = Arc::new(Registry::new(self.handlers, self.mocks, self.clock, self.store, self.seed));
        let router = route::router(Arc::clone(&registry));
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(async move {
            let stopped = async move {
                let _ = stopped.await;
            };
            // It ends when it is told to; a connection's own failure does not end it.
            let listener = listener.tap_io(|stream| {
                // An answer goes out at once, whatever its last packet's size; where that cannot be, it is only later.
                let _ = stream.set_nodelay(true);
            });
            let _ = axum::serve(listener, router).with_graceful_shutdown(stopped).await;
        });
        Ok(Server { address, registry, stop: Some(stop), serving })
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("clock", &self.clock).field("seed", &self.seed).finish_non_exhaustive()
    }
}
