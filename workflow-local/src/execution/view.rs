//! An execution as the API describes it: the whole, or a child of a distributed map, which has a history of its own.

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
    /// The execution itself, as opposed to the children of its distributed maps.
    pub fn view(&self) -> View<'_> {
        View { execution: self, id: RunId(0) }
    }

    /// The definition that it runs.
    #[cfg(feature = "graph")]
    pub(crate) fn definition(&self) -> &serde_json::Value {
        &self.program.definition
    }

    /// The child execution with this ARN.
    pub fn child(&self, arn: &str) -> Option<View<'_>> {
        let id = self.runs.iter().skip(1).position(|run| &*run.arn == arn)?;
        Some(View { execution: self, id: RunId(id + 1) })
    }
}

impl<'e> View<'e> {
    fn run(self) -> &'e Run {
        self.execution.run(self.id)
    }

    /// Its ARN.
    pub fn arn(self) -> &'e str {
        &self.run().arn
    }

    /// Its name.
    pub fn name(self) -> &'e str {
        &self.run().name
    }

    /// The ARN of its state machine; of a child it has the map's label.
    pub fn machine_arn(self) -> &'e str {
        &self.run().machine_arn
    }

    /// Where it stands.
    pub fn status(self) -> Status {
        self.run().status
    }

    /// Its input.
    pub fn input(self) -> &'e Payload {
        &self.run().input
    }

    /// Its output, when it succeeded.
    pub fn output(self) -> Option<&'e Payload> {
        self.run().output.as_ref()
    }

    /// The error's name, when it did not succeed and the error has one.
    pub fn error(self) -> Option<&'e str> {
        self.run().error.as_deref()
    }

    /// The cause, when it did not succeed and there is one.
    pub fn cause(self) -> Option<&'e str> {
        self.run().cause.as_deref()
    }

    /// When it was started.
    pub fn started_at(self) -> Instant {
        self.run().started
    }

    /// When it ended.
    pub fn stopped_at(self) -> Option<Instant> {
        self.run().stopped
    }

    /// Its events so far; those of a child that has ended are kept only after
    /// [`Execution::keep_for_inspection`].
    pub fn history(self) -> &'e [HistoryEvent] {
        &self.run().history
    }

    /// How often it was redriven.
    pub fn redrive_count(self) -> u64 {
        self.run().redrive_count
    }

    /// When it was redriven last.
    pub fn redriven_at(self) -> Option<Instant> {
        self.run().redriven
    }

    /// The map run that it is a child of.
    pub fn map_run(self) -> Option<&'e MapRun> {
        self.execution.map_runs.get(self.run().map_run?)
    }
}
