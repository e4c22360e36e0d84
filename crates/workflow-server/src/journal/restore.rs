//! Restores a server from its journal: resources from their records, executions by replaying their inputs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use serde_json::Value;
use serde_json::value::to_raw_value;
use workflow_local::{Instant, Status};

use super::record::{
    ActivityRecord, ClockRecord, EndRecord, ExecutionRecord, MachineRecord, RevisionRecord, machine_type, numbers,
};
use super::replay::{Replay, Stored, begun, entries, read};
use super::{RecordKind, Write};
use crate::executions::{ActivityLookup, Body, Log, Pending, Run, RunOf};
use crate::operations::compile;
use crate::registry::{Configuration, Registry, Revision};

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
            // The clock continues from the latest recorded time, whatever the system's clock says.
            for machine in held.machines.all() {
                let versions = machine.versions.values().map(|version| version.created);
                let aliases = machine.aliases.values().map(|alias| alias.updated);
                let recorded = versions.chain(aliases).chain([machine.current.updated]);
                recorded.for_each(|time| self.clock.catch_up(time));
            }
            self.activities.lock().all().for_each(|activity| self.clock.catch_up(activity.created));
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
            ended.last().and_then(|(stopped, _)| *stopped).iter().for_each(|stopped| self.clock.catch_up(*stopped));
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
            self.clock.restore(Duration::from_millis(read::<ClockRecord>(&value)?.advanced));
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
        self.clock.catch_up(execution.now());
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

/// A restored execution, and what it waits for if it has not ended.
struct Restored {
    run: Arc<Run>,
    pending: Option<Pending>,
    has_diverged: bool,
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
    use serde_json::{Value, json};

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
        let ask = async |operation: &str, member: &str, request: Value| {
            server.call(operation, &request).await.unwrap()[member].as_str().unwrap().to_owned()
        };
        let put = async |name: &str, definition: &str| {
            let request =
                json!({"name": name, "definition": definition, "roleArn": "arn:aws:iam::123456789012:role/r"});
            ask("CreateStateMachine", "stateMachineArn", request).await
        };
        let start = async |machine: &str, name: &str, input: &str| {
            let request = json!({"stateMachineArn": machine, "name": name, "input": input});
            ask("StartExecution", "executionArn", request).await
        };
        let machine = put("M", definition).await;
        let wait = r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 3600, "End": true}}}"#;
        let sleeper = put("S", wait).await;
        let first = start(&machine, "first", "[1, 2]").await;
        let second = start(&machine, "second", "[3]").await;
        let asleep = start(&sleeper, "asleep", "{}").await;
        for execution in [&first, &second] {
            server.run(execution).unwrap().ended().await;
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
        server.run(&second).unwrap().ended().await;
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
