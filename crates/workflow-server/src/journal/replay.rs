//! Replays the recorded inputs of executions.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde_json::Value;
use workflow_local::handlers::{CallCounts, Handlers};
use workflow_local::{Execution, Instant, ObjectStore, Payload, Start, Status};

use super::Journal;
use super::record::{EntriesRecord, ExecutionRecord, Key, machine_type, numbers};
use crate::executions::{Recorded, RecordedInput, Surroundings, Waiting};
use crate::registry::Revision;

/// The error of an execution whose replay differs from its record.
const DIVERGED: &str = "Workflow.ReplayDiverged";

/// Reads a record, the first line of its contents.
pub(super) fn read<T: DeserializeOwned>(contents: &[u8]) -> Result<T, String> {
    let record = line(contents, 0).unwrap_or_default();
    serde_json::from_slice(record).map_err(|error| format!("a record cannot be read: {error}"))
}

/// Returns a line of a record. No JSON text of serde_json has several.
pub(super) fn line(contents: &[u8], place: usize) -> Option<&[u8]> {
    contents.split(|byte| *byte == b'\n').nth(place)
}

/// Returns the inputs of an execution, and the position of the next record.
pub(super) fn entries(journal: &Journal, number: u64) -> Result<(Vec<RecordedInput>, u64), String> {
    let (mut found, mut next) = (Ok(Vec::new()), 0);
    journal.each(&Key::AllEntries(number).bytes(), |key, contents| {
        let place = numbers(key).and_then(|numbers| numbers.get(1).copied());
        if let Ok(entries) = &mut found {
            match contents.and_then(read::<EntriesRecord>) {
                Ok(_) if place != Some(next) => found = Err("a record of its inputs is missing".to_owned()),
                Ok(more) => entries.extend(more),
                Err(why) => found = Err(format!("a record of its inputs is damaged: {why}")),
            }
        }
        next += 1;
    })?;
    Ok((found?, next))
}

/// A replayed execution.
pub(super) struct Replay {
    pub(super) execution: Recorded,
    /// The tasks that were requested and not answered, by number.
    pub(super) waiting: IndexMap<u64, Waiting>,
    /// How often handlers were called.
    pub(super) asked: CallCounts,
    pub(super) has_diverged: bool,
}

impl Replay {
    pub(super) fn of(
        begin: impl Fn() -> Recorded,
        entries: Vec<RecordedInput>,
        handlers: &Handlers,
        surroundings: &Surroundings,
    ) -> Self {
        // From here on it writes nothing outside, whatever its records say.
        surroundings.replay(&[]);
        let mut execution = begin();
        let mut asked = CallCounts::default();
        let mut waiting: IndexMap<u64, Waiting> = IndexMap::new();
        let mut has_diverged = false;
        for entry in entries {
            match &entry {
                RecordedInput::Submit(id, output) => {
                    if let Some(task) = waiting.get_mut(id) {
                        task.submitted = Some(output.clone());
                    }
                }
                RecordedInput::StartActivity(id, _) => {
                    if let Some(task) = waiting.get_mut(id) {
                        task.started = true;
                    }
                }
                _ => {}
            }
            let Some(requests) = execution.replay(entry) else {
                has_diverged = true;
                break;
            };
            for request in requests {
                // Counts how often each was called.
                let _ = handlers.find(&request, &mut asked);
                waiting.insert(request.id.number(), Waiting { request, submitted: None, started: false });
            }
        }
        if has_diverged {
            let cause =
                "Replaying the recorded inputs of this execution gives a different history: its engine has changed.";
            if execution.status() != Status::Running {
                // It ended differently.
                execution = begin();
            }
            execution.abandon(DIVERGED, cause);
        }
        let still: Vec<u64> = execution.waiting_tasks().into_iter().map(|(id, _)| id.number()).collect();
        waiting.retain(|id, _| still.contains(id));
        Self { execution, waiting, asked, has_diverged }
    }
}

/// Returns the names, time and seed of an execution.
pub(crate) fn start_of(record: &ExecutionRecord, role_arn: &str) -> Start {
    let mut start = Start::new(&record.machine_arn, &record.arn);
    (start.name, start.state_machine_name) = (record.name.clone(), record.machine_name.clone());
    role_arn.clone_into(&mut start.role_arn);
    start.machine_type = machine_type(record.express);
    (start.time, start.seed) = (Instant::from_millis(record.time), record.seed);
    start
}

/// Returns an execution at its start.
pub(crate) fn begun(
    record: &ExecutionRecord,
    revision: &Revision,
    input: Value,
    surroundings: &Arc<Surroundings>,
) -> Recorded {
    let start = start_of(record, &revision.role_arn);
    let store: Arc<dyn ObjectStore> = Arc::clone(surroundings) as _;
    let mut execution = Execution::start(Arc::clone(&revision.program), Payload::new(input), start, store);
    if !record.express {
        execution.keep_for_inspection();
        let asked = Arc::clone(surroundings);
        execution.known_activities(move |arn| asked.has_activity(arn));
        let asked = Arc::clone(surroundings);
        execution.admitted_map_runs(move |arn| asked.may_start(arn));
    }
    Recorded::new(execution, Arc::clone(surroundings))
}
