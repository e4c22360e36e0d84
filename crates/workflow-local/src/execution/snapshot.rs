//! An ended execution as bytes: what the API says about it, without the data to continue it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::map_run::MapRun;
use super::redrive::NotRedrivable;
use super::{Execution, Run, Start, Status, View};
use crate::clock::Instant;
use crate::history::HistoryEvent;
use crate::program::Program;
use crate::store::ObjectStore;

/// The bytes of an ended execution, as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// The execution, its map runs and their children, without their histories.
    pub description: Vec<u8>,
    /// The histories: of the execution, then of each child.
    pub histories: Vec<Vec<u8>>,
}

/// The contents of [`Snapshot::description`].
#[derive(Serialize, Deserialize)]
struct Description<R, M> {
    now: Instant,
    runs: R,
    map_runs: M,
    redrivable: Result<(), NotRedrivable>,
}

impl Execution {
    /// Returns an ended execution as bytes.
    ///
    /// # Errors
    /// Fails if a value cannot be JSON text.
    pub fn snapshot(&self) -> serde_json::Result<Snapshot> {
        let description =
            Description { now: self.now, runs: &self.runs, map_runs: &self.map_runs, redrivable: self.redrivable() };
        Ok(Snapshot {
            description: serde_json::to_vec(&description)?,
            histories: self.runs.iter().map(|run| serde_json::to_vec(&*run.history)).collect::<Result<_, _>>()?,
        })
    }

    /// Returns the execution of a snapshot: to be described, not to continue. Its histories are empty until
    /// [`set_history`](Self::set_history).
    ///
    /// # Errors
    /// Fails if the bytes are not the description of an ended execution.
    pub fn of_snapshot(
        program: Arc<Program>,
        start: Start,
        store: Arc<dyn ObjectStore>,
        description: &[u8],
    ) -> serde_json::Result<Self> {
        let Description { now, runs, map_runs, redrivable }: Description<Vec<Run>, Vec<MapRun>> =
            serde_json::from_slice(description)?;
        // All ids of runs are below their number, and there is at least one.
        let known = |id: &super::RunId| id.0 < runs.len();
        let is_whole =
            map_runs.iter().all(|map_run| known(&map_run.of) && map_run.children.iter().flatten().all(known));
        if !is_whole || runs.first().is_none_or(|run| run.status == Status::Running) {
            return Err(serde::de::Error::custom("it is not the description of an ended execution"));
        }
        let mut execution = Self::without_runs(program, start, store);
        (execution.now, execution.runs, execution.map_runs) = (now, runs, map_runs);
        execution.of_snapshot = Some(redrivable);
        Ok(execution)
    }

    /// Sets a history of [`Snapshot::histories`], by its place there.
    ///
    /// # Errors
    /// Fails if the bytes are not a history.
    pub fn set_history(&mut self, place: usize, history: &[u8]) -> serde_json::Result<()> {
        let history: Vec<HistoryEvent> = serde_json::from_slice(history)?;
        if let Some(run) = self.runs.get_mut(place) {
            *run.history = history;
        }
        Ok(())
    }
}

impl View<'_> {
    /// Returns the place of its history in [`Snapshot::histories`].
    pub fn history_place(self) -> usize {
        self.id.0
    }
}

/// A type of state machines, by its name in the API.
pub(super) mod machine_type {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use workflow_asl::document::MachineType;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
    pub(in super::super) fn serialize<S: Serializer>(kind: &MachineType, serializer: S) -> Result<S::Ok, S::Error> {
        kind.as_str().serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<MachineType, D::Error> {
        let name = String::deserialize(deserializer)?;
        MachineType::from_name(&name).ok_or_else(|| serde::de::Error::custom("it is no type of state machines"))
    }
}
