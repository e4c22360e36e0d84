//! Running executions: what drives them, what answers their tasks, and on which threads.

mod activity_lookup;
mod outside;
mod own;
mod recorded;
mod run;
mod tasks;
mod threads;

pub(crate) use activity_lookup::ActivityLookup;
pub(crate) use outside::{Endpoint, HttpClient, Outside};
pub(crate) use recorded::{Recorded, RecordedInput};
pub(crate) use run::{Body, Log, Pending, Run, RunOf, STATUSES, Waiting, Waits};
pub use threads::RunningHandler;
pub(crate) use threads::{HandlerOwner, Threads};
