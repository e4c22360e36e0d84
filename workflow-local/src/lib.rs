//! An embedded engine for Amazon States Language: runs a state machine in a test, without AWS.
//!
//! A definition is compiled once to a [`Program`]; an [`Engine`] runs it with Rust closures for
//! its tasks, in virtual time, and the [`Execution`] that comes back has its status, its output
//! or error, and the history that AWS would have written, event for event.
//!
//! Whoever needs more control than [`Engine::run`] steps an execution instead:
//! [`Engine::start`], [`Execution::step`], [`Execution::succeed`], [`Execution::advance_to`].
//!
//! # Features
//!
//! | feature | default | gives |
//! | --- | --- | --- |
//! | `jsonata` | yes | JSONata, through `jsonata-core` |
//! | `server` | no | a server that speaks the Step Functions API |

mod answers;
mod assertions;
mod clock;
pub mod coverage;
mod driver;
mod engine;
mod error;
mod execution;
mod handlers;
pub mod history;
mod item_reader;
mod mock_file;
mod nested;
mod payload;
mod planned;
mod program;
mod query;
mod random;
#[cfg(feature = "server")]
pub mod server;
mod store;
mod task;
pub mod test_state;

pub use answers::Answers;
pub use clock::{Clock, Instant, VIRTUAL_START};
pub use driver::Driver;
pub use engine::Engine;
pub use error::{DefinitionError, RunError};
pub use execution::{Answer, Execution, OutputError, Start, Status, Step};
pub use history::{EventType, HistoryEvent};
pub use mock_file::{MockFile, MockFileError, MockProblem};
pub use payload::Payload;
pub use program::Program;
pub use store::{FolderStore, ListedObject, MemoryStore, ObjectStore};
pub use task::{TaskError, TaskId, TaskRequest};
pub use workflow_asl::document::MachineType;

/// The page on testing, whose examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/testing.md")]
struct TestingPage;
