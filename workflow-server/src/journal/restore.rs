//! Restores a server from its journal: resources from their records, executions by replaying their inputs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use workflow_asl::document::MachineType;
use workflow_local::handlers::{CallCounts, Handlers};
use workflow_local::{Execution, Instant, ObjectStore, Payload, Start, Status};

use super::record::{
    ActivityRecord, ClockRecord, EndRecord, EntriesRecord, ExecutionRecord, MachineRecord, RevisionRecord,
    machine_type, numbers,
};
use super::{Journal, Key, RecordKind, Write};
use crate::executions::{ActivityLookup, Body, Log, Pending, Recorded, RecordedInput, Run, RunOf, Waiting};
use crate::operations::compile;
use crate::registry::{Activities, Configuration, Registry, Revision};

/// The error of an execution whose replay differs from its record.
const DIVERGED: &str = "Workflow.ReplayDiverged";

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| format!("a record cannot be read: {error}"))
}

/// The executions of a journal while they are read.
#[derive(Default)]
struct JournalContents {
    revisions: BTreeMap<u64, Arc<Revision>>,
    machines: Vec<(String, MachineRecord)>,
    executions: BTreeMap<u64, ExecutionRecord>,
    ends: BTreeMap<u64, EndRecord>,
}

impl Registry {
    /// Restores everything from the journal, and drives the executions that had not ended. Returns the ARNs of
    /// executions whose replay differs from their records. Ended executions are only indexed: they are replayed when
    /// they are read.
    pub(crate) fn restore(self: &Arc<Self>) -> Result<Vec<String>, String> {
        let JournalContents { revisions, machines, executions, mut ends } = self.found()?;
        {
            let mut held = self.held();
            for (arn, record) in machines {
                let machine = record.machine(arn.clone(), |number| revisions.get(&number).cloned());
                let machine = machine.ok_or_else(|| format!("a revision of {arn} is missing"))?;
                held.machines.insert(arn, machine.number, machine);
            }
        }
        let mut diverged = Vec::new();
        let mut driven = Vec::new();
        let mut ended = Vec::new();
        for (number, record) in executions {
            let revision =
                revisions.get(&record.revision).ok_or_else(|| format!("the revision of {} is missing", record.arn))?;
            let revision = Arc::clone(revision);
            let arn = record.arn.clone();
            let end = ends.remove(&number);
            if end.is_some() && record.express {
                // Nobody can query it.
                Log::of_ended(self.journal.clone(), number).forget();
                continue;
            }
            let restored = match end {
                Some(end) => self.indexed(number, record, revision, end)?,
                None => self.replayed(number, record, revision)?,
            };
            let Restored { run, pending, has_diverged } = restored;
            if has_diverged {
                diverged.push(arn);
            }
            match pending {
                Some(pending) => driven.push((run, pending)),
                None => ended.push((run.stopped_at(), run)),
            }
        }
        ended.sort_by_key(|(stopped, run)| (*stopped, run.number));
        {
            let mut held = self.held();
            for (stopped, run) in ended.iter().filter(|(_, run)| !run.machine.is_express) {
                stopped.iter().for_each(|stopped| held.executions.has_ended(run, *stopped));
            }
            // If the clock ran faster than the system's, it continues from there.
            ended.last().and_then(|(stopped, _)| *stopped).iter().for_each(|stopped| self.clock.advance_to(*stopped));
            let deleting: Vec<String> =
                held.machines.all().filter(|machine| machine.deleting).map(|machine| machine.arn.clone()).collect();
            for machine in deleting {
                held.executions.running_of(&machine).iter().for_each(|run| run.end_at_transition());
                self.remove_if_deleted(&mut held, &machine);
            }
        }
        drop(self.swept());
        // All must exist before one continues, because it may call another.
        for (run, pending) in driven {
            self.drive_on(run, pending);
        }
        Ok(diverged)
    }

    /// Returns what the journal contains, except for the inputs of executions. Activities and the clock are restored
    /// immediately.
    fn found(&self) -> Result<JournalContents, String> {
        let mut found = JournalContents::default();
        let mut highest = 0;
        let name = |key: &[u8]| String::from_utf8_lossy(key.get(2..).unwrap_or_default()).into_owned();
        let number = |key: &[u8]| numbers(key).and_then(|numbers| numbers.first().copied()).unwrap_or_default();
        for (key, value) in self.journal.records(&RecordKind::Activity.prefix())? {
            let activity = read::<ActivityRecord>(&value)?.activity();
            highest = highest.max(activity.number);
            self.activities.lock().insert(name(&key), activity.number, activity);
        }
        for (_, value) in self.journal.records(&RecordKind::Clock.prefix())? {
            self.clock.advance(Duration::from_millis(read::<ClockRecord>(&value)?.advanced));
        }
        for (key, value) in self.journal.records(&RecordKind::Machine.prefix())? {
            let machine: MachineRecord = read(&value)?;
            let aliases = machine.aliases.iter().map(|alias| alias.number);
            highest = aliases.chain([highest, machine.number]).max().unwrap_or(0);
            found.machines.push((name(&key), machine));
        }
        for (key, value) in self.journal.records(&RecordKind::End.prefix())? {
            found.ends.insert(number(&key), read(&value)?);
        }
        for (key, value) in self.journal.records(&RecordKind::Execution.prefix())? {
            highest = highest.max(number(&key));
            found.executions.insert(number(&key), read(&value)?);
        }
        let of_machines = found.machines.iter().flat_map(|(_, machine)| machine.revisions());
        let of_executions = found.executions.values().map(|record| record.revision);
        let used: BTreeSet<u64> = of_machines.chain(of_executions).collect();
        for (key, value) in self.journal.records(&RecordKind::Revision.prefix())? {
            highest = highest.max(number(&key));
            if used.contains(&number(&key)) {
                found.revisions.insert(number(&key), Arc::new(revision(number(&key), read(&value)?)?));
            } else {
                self.journal.write(|| Write::Remove(key));
            }
        }
        self.number_from(highest);
        Ok(found)
    }

    /// Returns an ended execution, without its inputs.
    fn indexed(
        &self,
        number: u64,
        mut record: ExecutionRecord,
        revision: Arc<Revision>,
        end: EndRecord,
    ) -> Result<Restored, String> {
        let handlers = self.handlers_of(record.case.as_deref(), &record.machine_name, &revision.program);
        let handlers = handlers.map_err(|error| error.message)?;
        let input = to_raw_value(&std::mem::take(&mut record.input)).map_err(|error| error.to_string())?;
        let run_of = RunOf::restored(&record, revision);
        let (trace_header, map_runs) = (record.trace_header.clone(), end.map_runs.clone());
        let stored = Stored {
            record,
            end,
            journal: self.journal.clone(),
            store: Arc::clone(&self.store),
            activities: Arc::clone(&self.activities),
            is_read: AtomicBool::new(false),
        };
        let log = Log::of_ended(self.journal.clone(), number);
        let body = Body::Stored(Arc::new(stored));
        let clock = self.clock.clone();
        let run = Run::new(body, handlers, clock, run_of, number, input.into(), trace_header, Some(log));
        Ok(self.restored(run, &map_runs, None, false))
    }

    /// Returns a running execution, replayed.
    fn replayed(&self, number: u64, record: ExecutionRecord, revision: Arc<Revision>) -> Result<Restored, String> {
        let handlers = self.handlers_of(record.case.as_deref(), &record.machine_name, &revision.program);
        let handlers = handlers.map_err(|error| error.message)?;
        let known = ActivityLookup::new(Arc::clone(&self.activities), Arc::clone(&handlers));
        let (entries, next) = entries(&self.journal, number)?;
        let input: Value = serde_json::from_str(&record.input).map_err(|error| error.to_string())?;
        let begin = || begun(&self.store, &record, &revision, input.clone(), &known);
        let Replay { mut execution, waiting, asked, has_diverged } = Replay::of(begin, entries, &handlers, &known);
        // If the clock ran faster than the system's, it continues from there.
        self.clock.advance_to(execution.now());
        let is_running = execution.status() == Status::Running;
        execution.record();
        let run_of = RunOf::restored(&record, revision);
        let map_runs: Vec<String> = execution.map_runs().iter().map(|map_run| map_run.arn().to_owned()).collect();
        let log = self.journal.is_kept().then(|| Log::new(self.journal.clone(), number, next));
        let input = to_raw_value(&record.input).map_err(|error| error.to_string())?;
        let (body, clock) = (Body::Live(execution), self.clock.clone());
        let run = Run::new(body, handlers, clock, run_of, number, input.into(), record.trace_header, log);
        let pending = is_running.then(|| Pending { waiting: waiting.into_values().collect(), asked });
        Ok(self.restored(run, &map_runs, pending, has_diverged))
    }

    fn restored(&self, run: Run, map_runs: &[String], pending: Option<Pending>, has_diverged: bool) -> Restored {
        let run = Arc::new(run);
        map_runs.iter().for_each(|arn| self.map_runs.insert(arn, &run));
        if !run.machine.is_express {
            self.held().executions.insert(&run);
        }
        Restored { run, pending, has_diverged }
    }
}

/// An execution that had ended when the server began: its entry in lists, and the data for a replay.
pub(crate) struct Stored {
    /// Its start, without its input.
    pub(crate) record: ExecutionRecord,
    pub(crate) end: EndRecord,
    journal: Journal,
    store: Arc<dyn ObjectStore>,
    activities: Arc<Activities>,
    is_read: AtomicBool,
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
fn entries(journal: &Journal, number: u64) -> Result<(Vec<RecordedInput>, u64), String> {
    let (mut entries, mut next) = (Vec::new(), 0);
    for (key, value) in journal.records(&Key::AllEntries(number).bytes())? {
        entries.extend(read::<EntriesRecord>(&value)?);
        next = numbers(&key).and_then(|numbers| numbers.get(1).copied()).unwrap_or_default() + 1;
    }
    Ok((entries, next))
}

/// A replayed execution.
struct Replay {
    execution: Recorded,
    /// The tasks that were requested and not answered, by number.
    waiting: IndexMap<u64, Waiting>,
    /// How often handlers were called.
    asked: CallCounts,
    has_diverged: bool,
}

impl Replay {
    fn of(
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

/// A restored execution, and what it waits for if it has not ended.
struct Restored {
    run: Arc<Run>,
    pending: Option<Pending>,
    has_diverged: bool,
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

fn revision(number: u64, record: RevisionRecord) -> Result<Revision, String> {
    let program = compile(&record.definition, machine_type(record.express)).map_err(|error| error.message)?;
    program.named(&record.name);
    Ok(Revision {
        number,
        id: record.id,
        definition: record.definition,
        program,
        role_arn: record.role_arn,
        configuration: Configuration {
            logging: record.logging,
            tracing: record.tracing,
            encryption: record.encryption,
        },
        updated: Instant::from_millis(record.updated),
    })
}

#[cfg(all(test, feature = "durable"))]
mod tests {
    use serde_json::json;
    use workflow_local::MachineType;

    use crate::{Embedded, Server};

    #[tokio::test]
    async fn what_had_ended_is_not_run_again_until_somebody_looks_at_it() {
        let folder = std::env::temp_dir().join(format!("workflow-restore-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let open = async |folder: &std::path::Path| Server::builder().data(folder).embed().await.unwrap();
        let server = open(&folder).await;
        let definition = r#"{"StartAt": "A", "States": {
            "A": {"Type": "Map", "Label": "Each", "Next": "B", "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}},
            "B": {"Type": "Fail", "Error": "E", "Cause": "c"}
        }}"#;
        let machine = server.put_state_machine("M", MachineType::Standard, definition).unwrap();
        let wait = r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 3600, "End": true}}}"#;
        let sleeper = server.put_state_machine("S", MachineType::Standard, wait).unwrap();
        let first = server.start(&machine, "first", &[1, 2]).await.unwrap();
        let second = server.start(&machine, "second", &[3]).await.unwrap();
        let asleep = server.start(&sleeper, "asleep", &json!({})).await.unwrap();
        for execution in [&first, &second] {
            server.ended(execution).await.unwrap();
        }
        let list = async |server: &Embedded| {
            let filter = json!({"stateMachineArn": machine, "statusFilter": "FAILED"});
            server.call("ListExecutions", &filter).await.unwrap()
        };
        let describe = async |server: &Embedded, execution: &str| {
            let described = server.call("DescribeExecution", &json!({"executionArn": execution})).await.unwrap();
            let history = json!({"executionArn": execution, "maxResults": 1000});
            (described, server.call("GetExecutionHistory", &history).await.unwrap())
        };
        let before = (list(&server).await, describe(&server, &first).await);
        assert_eq!(before.0["executions"].as_array().unwrap().len(), 2);
        server.shutdown().await;

        let server = open(&folder).await;
        let is_read = |server: &Embedded, execution: &str| server.run(execution).unwrap().unread().is_none();
        assert_eq!(list(&server).await, before.0);
        assert!(!is_read(&server, &first) && !is_read(&server, &second) && is_read(&server, &asleep));
        assert_eq!(describe(&server, &first).await, before.1);
        assert!(is_read(&server, &first) && !is_read(&server, &second));
        // A child of a map run is found even if its parent has not been read.
        let map_runs = server.call("ListMapRuns", &json!({"executionArn": second})).await.unwrap();
        let map_run = &map_runs["mapRuns"][0]["mapRunArn"];
        let children = server.call("ListExecutions", &json!({"mapRunArn": map_run})).await.unwrap();
        assert_eq!(children["executions"].as_array().unwrap().len(), 1);
        // A redriven execution continues its record where it ended.
        server.call("RedriveExecution", &json!({"executionArn": second})).await.unwrap();
        server.ended(&second).await.unwrap();
        let redriven = describe(&server, &second).await;
        assert_eq!((&redriven.0["status"], &redriven.0["redriveCount"]), (&json!("FAILED"), &json!(1)));
        let listed = list(&server).await;
        server.shutdown().await;

        let server = open(&folder).await;
        assert_eq!(list(&server).await, listed);
        assert!(!is_read(&server, &second));
        assert_eq!(describe(&server, &second).await, redriven);
        server.call("StopExecution", &json!({"executionArn": asleep})).await.unwrap();
        server.shutdown().await;
        let _ = std::fs::remove_dir_all(&folder);
    }
}
