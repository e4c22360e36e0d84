//! An embedded engine for Amazon States Language: run a state machine in a test, without AWS.
//!
//! A definition is compiled once to a [`Program`]. An [`Engine`] runs it with Rust closures as tasks, in virtual time.
//! The resulting [`Execution`] has the status, the output or error, and the history that AWS would have written, event
//! for event.
//!
//! For more control than [`Engine::run`], step an execution: see [`Engine::start`], [`Execution::step`],
//! [`Execution::succeed`] and [`Execution::advance_to`].
//!
//! # Features
//!
//! | feature | default | gives |
//! | --- | --- | --- |
//! | `jsonata` | yes | JSONata, by `workflow-jsonata` |
//! | `graph` | no | `Execution::to_html`: a page of an execution; the report of a failing test |
//! | `snapshot` | no | `Execution::snapshot`: an ended execution as bytes |
//!
//! `workflow-server` serves executions over the Step Functions API.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod answers;
mod arn;
mod assertions;
mod clock;
pub mod coverage;
mod declared;
mod driver;
mod engine;
mod error;
mod execution;
mod fork;
pub mod handlers;
pub mod history;
#[doc(hidden)]
pub mod internal;
mod item_reader;
mod jackson;
mod json_text;
mod mock_file;
pub mod mutation;
mod nested;
#[cfg(feature = "graph")]
mod page;
mod payload;
mod program;
mod query;
mod random;
mod runner;
mod schedule;
mod stand_in;
mod store;
mod task;
pub mod test_state;
mod token;

/// The limits of JSONata expressions.
#[cfg(feature = "jsonata")]
pub mod jsonata {
    pub use workflow_jsonata::Limits;
}

pub use answers::Answers;
pub use arn::is_name_character;
pub use clock::{Clock, Instant, VIRTUAL_START};
pub use driver::Driver;
pub use engine::Engine;
pub use error::{DefinitionError, RunError};
#[cfg(feature = "snapshot")]
pub use execution::Snapshot;
pub use execution::{
    Answer, Execution, MapRun, MapRunChange, MapRunCounts, NotRedrivable, OutputError, Progress, Start, Status,
    TaskWithToken, View,
};
pub use fork::ForkError;
pub use history::{EventType, HistoryEvent};
pub use mock_file::{MockFile, MockFileError, MockProblem};
pub use payload::Payload;
pub use program::Program;
pub use random::Random;
pub use runner::LocalRunner;
pub use store::{FolderStore, ListedObject, MemoryStore, ObjectStore};
pub use task::{TaskError, TaskId, TaskRequest};
pub use workflow_asl::document::MachineType;
pub use workflow_schema::TypeMismatch;

/// The guide to testing, whose examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/testing.md")]
struct TestingPage;

/// The crate's README, whose example is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
