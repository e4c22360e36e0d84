//! Running executions: what drives them, what answers their tasks, and on which threads.

mod outside;
mod own;
mod recorded;
mod run;
mod surroundings;
mod tasks;
mod threads;

pub(crate) use outside::{Endpoint, HttpClient, Outside};
pub(crate) use recorded::{Recorded, RecordedInput};
pub(crate) use run::{Log, Pending, Run, RunOf, STATUSES, Waiting, Waits};
pub(crate) use surroundings::Surroundings;
pub use threads::RunningHandler;
pub(crate) use threads::{HandlerOwner, Threads};
