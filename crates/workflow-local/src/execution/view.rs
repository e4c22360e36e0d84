//! A view of an execution as the API describes it: of the execution, or of a child of a distributed map, which has its
//! own history.

use std::fmt;

use super::map_run::MapRun;
use super::thread::RunId;
use super::{Execution, Run, Status};
use crate::clock::Instant;
use crate::history::HistoryEvent;
use crate::payload::Payload;

/// An execution, or a child execution of one of its map runs.
#[derive(Clone, Copy)]
pub struct View<'e> {
    pub(super) execution: &'e Execution,
    pub(super) id: RunId,
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("View").field(&self.arn()).finish()
    }
}

impl Execution {
    /// Returns a view of the execution itself, without the children of its distributed maps.
    pub fn view(&self) -> View<'_> {
        View { execution: self, id: RunId(0) }
    }

    /// Returns the definition of the execution.
    #[cfg(feature = "graph")]
    pub(crate) fn definition(&self) -> &serde_json::Value {
        &self.program.definition
    }

    /// Returns the child execution with this ARN.
    pub fn child(&self, arn: &str) -> Option<View<'_>> {
        let id = self.runs.iter().skip(1).position(|run| &*run.arn == arn)?;
        Some(View { execution: self, id: RunId(id + 1) })
    }
}

impl<'e> View<'e> {
    fn run(self) -> &'e Run {
        self.execution.run(self.id)
    }

    /// Returns the ARN.
    pub fn arn(self) -> &'e str {
        &self.run().arn
    }

    /// Returns the name.
    pub fn name(self) -> &'e str {
        &self.run().name
    }

    /// Returns the ARN of the state machine. A child's includes the map's label.
    pub fn machine_arn(self) -> &'e str {
        &self.run().machine_arn
    }

    /// Returns the status.
    pub fn status(self) -> Status {
        self.run().status
    }

    /// Returns the input.
    pub fn input(self) -> &'e Payload {
        &self.run().input
    }

    /// Returns the output, if it succeeded.
    pub fn output(self) -> Option<&'e Payload> {
        self.run().output.as_ref()
    }

    /// Returns the error's name, if it did not succeed and the error has one.
    pub fn error(self) -> Option<&'e str> {
        self.run().error.as_deref()
    }

    /// Returns the cause, if it did not succeed and there is one.
    pub fn cause(self) -> Option<&'e str> {
        self.run().cause.as_deref()
    }

    /// Returns the start time.
    pub fn started_at(self) -> Instant {
        self.run().started
    }

    /// Returns the end time.
    pub fn stopped_at(self) -> Option<Instant> {
        self.run().stopped
    }

    /// Returns the events so far. Those of an ended child are kept only after [`Execution::keep_for_inspection`].
    pub fn history(self) -> &'e [HistoryEvent] {
        &self.run().history
    }

    /// Returns how often it was redriven.
    pub fn redrive_count(self) -> u64 {
        self.run().redrive_count
    }

    /// Returns the time of the last redrive.
    pub fn redriven_at(self) -> Option<Instant> {
        self.run().redriven
    }

    /// Returns the map run that the child belongs to.
    pub fn map_run(self) -> Option<&'e MapRun> {
        self.execution.map_runs.get(self.run().map_run?)
    }
}
