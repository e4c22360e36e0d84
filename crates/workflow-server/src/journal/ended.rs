//! Reads ended executions from their records: to describe them, and to redrive them.

use std::sync::Arc;

use serde_json::value::{RawValue, to_raw_value};
use workflow_local::{Execution, ObjectStore};

use super::record::{ExecutionRecord, Key};
use super::replay::{Replay, begun, entries, line, read, start_of};
use crate::api::ApiError;
use crate::executions::{Log, Recorded, Run, Surroundings};
use crate::registry::{EndedExecution, Held, Registry};

/// The line of a description in the record of an end.
const DESCRIPTION: usize = 1;

/// Reads the record of a start. Also returns the execution's input as JSON text.
fn started(record: Option<Vec<u8>>) -> Result<(ExecutionRecord, Box<RawValue>), String> {
    let mut record: ExecutionRecord = read(&record.ok_or("its start is missing")?)?;
    let input = to_raw_value(&std::mem::take(&mut record.input)).map_err(|error| error.to_string())?;
    Ok((record, input))
}

impl Registry {
    /// Returns the Standard execution with this ARN, from memory or from the record of its end.
    ///
    /// # Errors
    /// Fails if its record is damaged.
    pub(crate) fn execution(&self, arn: &str) -> Result<Option<Arc<Run>>, ApiError> {
        let held = {
            let contents = self.swept();
            if let Some(why) = contents.quarantined.get(arn) {
                return Err(ApiError::damaged(arn, why));
            }
            let held = contents.executions.get(arn).cloned();
            if held.is_none() && contents.has_lost_execution {
                return Err(ApiError::damaged(arn, "it does not exist, or is one whose start was altered"));
            }
            held
        };
        held.map(|held| self.read(&held)).transpose()
    }

    /// Like [`execution`](Self::execution), by its number.
    pub(crate) fn numbered_execution(&self, number: u64) -> Result<Option<Arc<Run>>, ApiError> {
        let held = self.held.lock().executions.numbered(number).cloned();
        held.map(|held| self.read(&held)).transpose()
    }

    fn read(&self, held: &Held) -> Result<Arc<Run>, ApiError> {
        match held {
            Held::Live(run) => Ok(Arc::clone(run)),
            Held::Stored(ended) => {
                self.described(ended).map(Arc::new).map_err(|why| ApiError::damaged(&ended.arn, &why))
            }
        }
    }

    /// Returns an ended execution as its record describes it, without its histories.
    fn described(&self, ended: &EndedExecution) -> Result<Run, String> {
        let [start, end] = self.journal.contents([Key::Execution(ended.number), Key::End(ended.number)])?;
        let ((record, input), end) = (started(start)?, end.unwrap_or_default());
        // A store of format 1 has no descriptions.
        let Some(description) = line(&end, DESCRIPTION) else { return self.computed_again(ended) };
        let revision = &ended.machine.revision;
        let surroundings = Surroundings::new(&self.activities, &self.map_runs, &self.handlers, &self.store);
        let store: Arc<dyn ObjectStore> = Arc::clone(&surroundings) as _;
        let start = start_of(&record, &revision.role_arn);
        let execution = Execution::of_snapshot(Arc::clone(&revision.program), start, store, description);
        let execution = Recorded::new(execution.map_err(|error| error.to_string())?, surroundings);
        let (handlers, clock) = (Arc::clone(&self.handlers), self.clock.clone());
        let (machine, trace_header) = (Arc::clone(&ended.machine), record.trace_header);
        Ok(Run::new(execution, handlers, clock, machine, ended.number, input.into(), trace_header, None).stored())
    }

    /// Reads a history of an execution, by its place in the snapshot, unless it is in memory.
    pub(crate) fn read_history(&self, run: &Run, place: usize) -> Result<(), ApiError> {
        if !run.is_stored() {
            return Ok(());
        }
        let read = || {
            let keys = [Key::History(run.number, place as u64), Key::End(run.number)];
            let [history, end] = self.journal.contents(keys)?;
            let short = end.as_deref().filter(|_| place == 0).and_then(|end| line(end, DESCRIPTION + 1));
            let history = history.as_deref().or(short).ok_or("its history is missing")?;
            run.execution.lock().set_history(place, history)
        };
        read().map_err(|why: String| ApiError::damaged(&run.arn, &why))
    }

    /// Returns an execution that can be redriven: one that was read from the record of its end is computed again from
    /// its inputs, and must have the same history.
    pub(crate) fn redrivable(&self, run: Arc<Run>) -> Result<Arc<Run>, ApiError> {
        if !run.is_stored() {
            return Ok(run);
        }
        let held = self.held.lock().executions.numbered(run.number).cloned();
        let ended = match held {
            Some(Held::Stored(ended)) => ended,
            // Somebody else has redriven it.
            Some(Held::Live(live)) => return Ok(live),
            None => return Err(ApiError::execution_does_not_exist(&run.arn)),
        };
        let again = Arc::new(self.computed_again(&ended).map_err(|why| ApiError::damaged(&ended.arn, &why))?);
        let mut contents = self.held.lock();
        if let Some(live) = contents.executions.numbered(run.number).and_then(Held::live) {
            return Ok(Arc::clone(live));
        }
        contents.executions.insert(&again);
        Ok(again)
    }

    fn computed_again(&self, ended: &EndedExecution) -> Result<Run, String> {
        let [start] = self.journal.contents([Key::Execution(ended.number)])?;
        let (record, input) = started(start)?;
        let text: String = serde_json::from_str(input.get()).map_err(|error| error.to_string())?;
        let value: serde_json::Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let revision = &ended.machine.revision;
        let handlers = self.handlers_of(record.case.as_deref(), &record.machine_name, &revision.program);
        let handlers = handlers.map_err(|error| error.message)?;
        let surroundings = Surroundings::new(&self.activities, &self.map_runs, &handlers, &self.store);
        let (entries, next) = entries(&self.journal, ended.number)?;
        let begin = || begun(&record, revision, value.clone(), &surroundings);
        let Replay { mut execution, has_diverged, .. } = Replay::of(begin, entries, &handlers, &surroundings);
        if has_diverged || execution.status() != ended.end.status() {
            return Err("replaying its inputs gives a different history".to_owned());
        }
        execution.record();
        let log = Log::of_ended(self.journal.clone(), ended.number, next);
        let (clock, machine) = (self.clock.clone(), Arc::clone(&ended.machine));
        Ok(Run::new(execution, handlers, clock, machine, ended.number, input.into(), record.trace_header, Some(log)))
    }
}
