//! A server for the Step Functions API on loopback, with which the AWS SDK and the AWS CLI work unchanged.
//!
//! ```no_run
//! use workflow_server::{Server, TaskError};
//!
//! # async fn serve() -> std::io::Result<()> {
//! let greet = |name: String| Ok::<_, TaskError>(format!("Hello, {name}"));
//! let server = Server::builder().on_lambda("greet", greet).bind("127.0.0.1:0").await?;
//! println!("AWS_ENDPOINT_URL_SFN={}", server.endpoint_url());
//! # Ok(())
//! # }
//! ```
//!
//! The SDKs send `StartSyncExecution` and `TestState` to `sync-HOST`, a name that loopback does not have. `sfn_config`
//! removes the prefix, and so does `AWS_DISABLE_HOST_PREFIX_INJECTION=true` for the AWS CLI and most SDKs
//! (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-host-prefix.html>).
//!
//! It only answers requests that are addressed to itself ([`Builder::allow_host`]), within [`Limits`]. It does not
//! check signatures, but can require a token ([`Builder::token`]). It keeps everything in memory unless you give it a
//! folder (`Builder::data`). The operations:
//! <https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html>.
//!
//! # Features
//!
//! | feature | default | provides |
//! | --- | --- | --- |
//! | `jsonata` | yes | state machines in JSONata |
//! | `console` | no | pages at `Server::console_url` to look at executions, start them and answer their tasks |
//! | `durable` | no | `Builder::data`: everything that the server acknowledges survives |
//! | `https` | no | endpoints and HTTP tasks with https |
//! | `trace` | no | `Builder::traces`, `post_trace`: traces for an OpenTelemetry collector |
//! | `sfn` | no | [`Server::sfn_config`], for the AWS SDK; needs rustc 1.94.1 |
#![cfg_attr(docsrs, feature(doc_cfg))]

mod api;
mod clock;
#[cfg(feature = "console")]
mod console;
mod embedded;
mod executions;
mod http;
mod journal;
mod limits;
mod operations;
mod outlets;
mod quotas;
mod registry;
mod server;
#[cfg(feature = "sfn")]
mod sfn_config;
#[cfg(all(test, feature = "durable"))]
mod simulation;
#[cfg(feature = "durable")]
mod store;

#[cfg(feature = "console")]
pub use console::{Conversion, Fork};
pub use embedded::{Embedded, StateMachine};
pub use executions::RunningHandler;
pub use journal::{Quarantined, StoreState};
pub use limits::{Limits, Retention};
#[cfg(feature = "trace")]
pub use outlets::post_trace;
pub use quotas::Quotas;
pub use server::{Builder, Refused, Server};
#[cfg(feature = "sfn")]
pub use sfn_config::WithoutSyncPrefix;
#[cfg(feature = "durable")]
pub use store::{Store, StoreReport};
/// What handlers and the builder take, from the engine.
pub use workflow_local::{
    Answers, Clock, FolderStore, ListedObject, MachineType, MemoryStore, MockFile, MockFileError, ObjectStore,
    TaskError,
};

/// The page on services that run workflows themselves, whose examples are tests.
#[cfg(all(doctest, feature = "durable"))]
#[doc = include_str!("../../../docs/embedding.md")]
struct EmbeddingPage;

/// The page on the server, whose examples are tests.
#[cfg(all(doctest, feature = "durable", feature = "sfn"))]
#[doc = include_str!("../../../docs/server.md")]
struct ServerPage;

/// The crate's README, whose example is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
