//! Executions that run: what drives them, what answers their tasks, and on which threads.

mod known;
mod outside;
mod own;
mod recorded;
mod run;
mod tasks;
mod threads;

pub(crate) use known::Known;
pub(crate) use outside::Outside;
pub(crate) use recorded::{Entry, Recorded};
pub(crate) use run::{Log, Pending, Run, RunOf, Waiting};
pub use threads::RunningHandler;
pub(crate) use threads::{RunsFor, Threads};
