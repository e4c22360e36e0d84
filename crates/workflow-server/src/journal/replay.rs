//! Replays the recorded inputs of executions.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use workflow_asl::document::MachineType;
use workflow_local::handlers::{CallCounts, Handlers};
use workflow_local::{Execution, Instant, ObjectStore, Payload, Start, Status};

use super::Journal;
use super::record::{EndRecord, EntriesRecord, ExecutionRecord, Key, numbers};
use crate::executions::{ActivityLookup, Recorded, RecordedInput, Waiting};
use crate::registry::{Activities, Revision};

/// The error of an execution whose replay differs from its record.
const DIVERGED: &str = "Workflow.ReplayDiverged";

pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| format!("a record cannot be read: {error}"))
}

/// An execution that had ended when the server began: its entry in lists, and the data for a replay.
pub(crate) struct Stored {
    /// Its start, without its input.
    pub(crate) record: ExecutionRecord,
    pub(crate) end: EndRecord,
    pub(super) journal: Journal,
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) activities: Arc<Activities>,
    pub(super) is_read: AtomicBool,
}

impl Stored {
    /// Returns whether it has been replayed.
    pub(crate) fn is_read(&self) -> bool {
        self.is_read.load(Ordering::Acquire)
    }

    /// Replays it, and returns the position of its next record. If that is not possible, it has ended with an error
    /// that says so.
    pub(crate) fn replayed(
        &self,
        number: u64,
        revision: &Revision,
        handlers: Arc<Handlers>,
        input: &RawValue,
    ) -> (Recorded, u64) {
        let known = ActivityLookup::new(Arc::clone(&self.activities), Arc::clone(&handlers));
        // It is stored as a JSON string.
        let text: String = serde_json::from_str(input.get()).unwrap_or_default();
        let value: Value = serde_json::from_str(&text).unwrap_or_default();
        let begin = || begun(&self.store, &self.record, revision, value.clone(), &known);
        let (entries, next) = match entries(&self.journal, number) {
            Ok(read) => read,
            Err(why) => {
                let mut execution = begin();
                execution.abandon(DIVERGED, &format!("The record of this execution cannot be read: {why}"));
                self.is_read.store(true, Ordering::Release);
                return (execution, 0);
            }
        };
        let Replay { mut execution, .. } = Replay::of(begin, entries, &handlers, &known);
        execution.record();
        self.is_read.store(true, Ordering::Release);
        (execution, next)
    }
}

/// Returns the inputs of an execution, and the position of the next record.
pub(super) fn entries(journal: &Journal, number: u64) -> Result<(Vec<RecordedInput>, u64), String> {
    let (mut entries, mut next) = (Vec::new(), 0);
    for (key, value) in journal.records(&Key::AllEntries(number).bytes())? {
        entries.extend(read::<EntriesRecord>(&value)?);
        next = numbers(&key).and_then(|numbers| numbers.get(1).copied()).unwrap_or_default() + 1;
    }
    Ok((entries, next))
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
        known: &ActivityLookup,
    ) -> Self {
        let mut execution = begin();
        let mut asked = CallCounts::default();
        let mut waiting: IndexMap<u64, Waiting> = IndexMap::new();
        let mut has_diverged = false;
        for entry in entries {
            match &entry {
                RecordedInput::ActivityLookup(answers) => known.replay(answers),
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
            let cause = "Replaying the recorded inputs of this execution gives a different history: its program, or what it \
                         reads, has changed.";
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

/// Returns an execution at its start.
pub(crate) fn begun(
    store: &Arc<dyn ObjectStore>,
    record: &ExecutionRecord,
    revision: &Revision,
    input: Value,
    known: &Arc<ActivityLookup>,
) -> Recorded {
    let machine_type = if record.express { MachineType::Express } else { MachineType::Standard };
    let mut start = Start::new(&record.machine_arn, &record.arn);
    (start.name, start.state_machine_name) = (record.name.clone(), record.machine_name.clone());
    start.role_arn.clone_from(&revision.role_arn);
    start.machine_type = machine_type;
    (start.time, start.seed) = (Instant::from_millis(record.time), record.seed);
    let program = Arc::clone(&revision.program);
    let mut execution = Execution::start(program, Payload::new(input), start, Arc::clone(store));
    if machine_type == MachineType::Standard {
        execution.keep_for_inspection();
        let asked = Arc::clone(known);
        execution.known_activities(move |arn| asked.exists(arn));
    }
    Recorded::new(execution, Arc::clone(known))
}
