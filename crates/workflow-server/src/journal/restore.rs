//! Restores a server from its journal: resources from their records, ended executions as entries of lists, running ones
//! by replaying their inputs. What cannot be restored is set apart, and everything else works.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::to_raw_value;
use workflow_local::{Instant, MapRunChange, Status};

use super::record::{
    ActivityRecord, ClockRecord, EndRecord, ExecutionRecord, Key, MachineRecord, RevisionRecord, machine_type, numbers,
};
use super::replay::{Replay, begun, entries, read};
use super::{RecordKind, Write};
use crate::executions::{Log, Pending, Recorded, Run, RunOf, Surroundings};
use crate::operations::compile;
use crate::registry::{EndedExecution, Registry, Revision};

/// What a server could not restore from [`Builder::data`](crate::Builder). Its records are left as they are, and what
/// asks for it fails. Everything else works.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quarantined {
    /// The ARN of the resource or the execution, or the key of a record that does not say more.
    pub subject: String,
    /// The reason.
    pub reason: String,
}

impl fmt::Display for Quarantined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.reason)
    }
}

/// What a restored server reports.
#[derive(Default)]
pub(crate) struct Restored {
    /// The ARNs of running executions whose replay differs from their records.
    pub(crate) diverged: Vec<String>,
    pub(crate) quarantined: Vec<Quarantined>,
}

impl Restored {
    fn set_apart(&mut self, subject: &str, reason: String) {
        self.quarantined.push(Quarantined { subject: subject.to_owned(), reason });
    }
}

/// Restored executions that have not ended, and what they wait for.
pub(crate) type Running = Vec<(Arc<Run>, Pending)>;

/// The revisions by number, each of them usable or with the reason why it is not.
#[derive(Default)]
struct Revisions(BTreeMap<u64, Result<Arc<Revision>, String>>);

impl Revisions {
    fn get(&self, number: u64) -> Result<Arc<Revision>, String> {
        let found = self.0.get(&number).cloned();
        found.unwrap_or_else(|| Err("it is missing".to_owned())).map_err(|why| format!("its definition: {why}"))
    }
}

impl Registry {
    /// Restores everything from the journal. Also returns the executions that had not ended, to drive them.
    pub(crate) fn restore(&self) -> Result<(Restored, Running), String> {
        let mut restored = Restored::default();
        self.restore_resources(&mut restored)?;
        let mut revisions = Revisions::default();
        self.each(RecordKind::Revision, number, |number, record: Result<RevisionRecord, String>| {
            self.number_from(number);
            revisions.0.insert(number, record.and_then(|record| revision(number, record)).map(Arc::new));
        })?;
        let mut used = self.restore_machines(&revisions, &mut restored)?;
        self.catch_up();
        let running = self.restore_executions(&revisions, &mut used, &mut restored)?;
        // What is set apart may use some.
        let unused = revisions.0.keys().filter(|number| restored.quarantined.is_empty() && !used.contains(number));
        for number in unused {
            self.journal.write(|| Write::Remove(Key::Revision(*number).bytes()));
        }
        self.remove_deleted();
        drop(self.swept());
        Ok((restored, running))
    }

    /// Passes on the records of a kind, each with what its key says.
    fn each<T: DeserializeOwned, K>(
        &self,
        kind: RecordKind,
        key_of: fn(&[u8]) -> K,
        mut visit: impl FnMut(K, Result<T, String>),
    ) -> Result<(), String> {
        self.journal.each(&kind.prefix(), |key, contents| visit(key_of(key), contents.and_then(read)))
    }

    /// Restores the activities and the clock.
    fn restore_resources(&self, restored: &mut Restored) -> Result<(), String> {
        self.each(RecordKind::Activity, name, |arn, record: Result<ActivityRecord, String>| match record {
            Ok(record) => {
                let activity = record.activity();
                self.number_from(activity.number);
                self.activities.0.lock().insert(arn, activity.number, activity);
            }
            Err(why) => restored.set_apart(&arn, why),
        })?;
        self.each(RecordKind::Clock, name, |_, record: Result<ClockRecord, String>| match record {
            Ok(record) => self.clock.restore(Duration::from_millis(record.advanced)),
            Err(why) => restored.set_apart("the clock", why),
        })
    }

    /// Restores the state machines, and returns the numbers of their revisions.
    fn restore_machines(&self, revisions: &Revisions, restored: &mut Restored) -> Result<BTreeSet<u64>, String> {
        let mut used = BTreeSet::new();
        let mut held = self.held.lock();
        self.each(RecordKind::Machine, name, |arn, record: Result<MachineRecord, String>| {
            let machine = record.and_then(|record| {
                let aliases = record.aliases.iter().map(|record| record.alias.number);
                aliases.chain([record.number]).for_each(|number| self.number_from(number));
                used.extend(record.revisions());
                record.machine(arn.clone(), |number| revisions.get(number))
            });
            match machine {
                Ok(machine) => held.machines.insert(arn, machine.number, machine),
                Err(why) => {
                    restored.set_apart(&arn, why.clone());
                    held.quarantined.insert(arn, why);
                }
            }
        })?;
        Ok(used)
    }

    /// Restores the executions, and returns the running ones.
    fn restore_executions(
        &self,
        revisions: &Revisions,
        used: &mut BTreeSet<u64>,
        restored: &mut Restored,
    ) -> Result<Running, String> {
        let mut ends = BTreeMap::new();
        self.each(RecordKind::End, number, |number, record: Result<EndRecord, String>| {
            ends.insert(number, record);
        })?;
        let (mut open, mut ended) = (Vec::new(), Vec::new());
        self.each(RecordKind::Execution, number, |number, record: Result<ExecutionRecord, String>| {
            self.number_from(number);
            let record = match record {
                Ok(record) => record,
                Err(why) => {
                    ends.remove(&number);
                    self.held.lock().has_lost_execution = true;
                    return match self.journal.damaged_arn(Key::Execution(number)) {
                        Some(arn) => self.quarantine(&arn, why, restored),
                        None => restored.set_apart(&format!("execution number {number}"), why),
                    };
                }
            };
            used.insert(record.revision);
            match ends.remove(&number) {
                None => open.push((number, record)),
                // Nobody can query it.
                Some(_) if record.express => Log::of_ended(self.journal.clone(), number, 0).forget(),
                Some(Ok(end)) => {
                    ended.push((end.stopped_at(), number));
                    // It is described even if its definition cannot be used.
                    match revisions.get(record.revision).or_else(|_| unusable(record.revision)) {
                        Ok(revision) => self.list_ended(number, &record, revision, end),
                        Err(why) => self.quarantine(&record.arn, why, restored),
                    }
                }
                Some(Err(why)) => self.quarantine(&record.arn, why, restored),
            }
        })?;
        ended.sort_unstable();
        ended.last().iter().for_each(|(stopped, _)| self.clock.catch_up(*stopped));
        {
            let mut held = self.held.lock();
            ended.into_iter().for_each(|(stopped, number)| held.executions.has_ended(number, stopped));
        }
        let (mut running, has_lost_end) = (Vec::new(), !ends.is_empty());
        for (number, record) in open {
            let arn = record.arn.clone();
            // It must not begin again.
            if has_lost_end && self.journal.contents([Key::Entries(number, 0)]) == Ok([None]) {
                self.quarantine(&arn, "it may have ended: a record of an end is of no execution".to_owned(), restored);
                continue;
            }
            match revisions.get(record.revision).and_then(|revision| self.replayed(number, record, revision)) {
                Err(why) => self.quarantine(&arn, why, restored),
                Ok((run, Some(pending))) => running.push((run, pending)),
                Ok((_, None)) => restored.diverged.push(arn),
            }
        }
        Ok(running)
    }

    fn quarantine(&self, arn: &str, why: String, restored: &mut Restored) {
        self.held.lock().quarantined.insert(arn.to_owned(), why.clone());
        restored.set_apart(arn, why);
    }

    fn list_ended(&self, number: u64, record: &ExecutionRecord, revision: Arc<Revision>, end: EndRecord) {
        end.map_runs.iter().for_each(|arn| self.map_runs.insert(arn, number));
        let mut held = self.held.lock();
        let machine = held.executions.shared(&Arc::new(RunOf::restored(record, revision)));
        held.executions.insert_ended(EndedExecution {
            arn: record.arn.as_str().into(),
            number,
            machine,
            started: Instant::from_millis(record.time),
            end,
        });
    }

    /// Returns a running execution, replayed, and what it waits for; nothing if it has diverged.
    fn replayed(
        &self,
        number: u64,
        record: ExecutionRecord,
        revision: Arc<Revision>,
    ) -> Result<(Arc<Run>, Option<Pending>), String> {
        let handlers = self.handlers_of(record.case.as_deref(), &record.machine_name, &revision.program);
        let handlers = handlers.map_err(|error| error.message)?;
        let surroundings = Surroundings::new(&self.activities, &self.map_runs, &handlers, &self.store);
        let (entries, next) = entries(&self.journal, number)?;
        let input: Value = serde_json::from_str(&record.input).map_err(|error| error.to_string())?;
        let begin = || begun(&record, &revision, input.clone(), &surroundings);
        let Replay { mut execution, waiting, asked, has_diverged } =
            Replay::of(begin, entries, &handlers, &surroundings);
        self.clock.catch_up(execution.now());
        let is_running = execution.status() == Status::Running;
        execution.record();
        self.restore_map_runs(&mut execution, number);
        let machine = Arc::new(RunOf::restored(&record, revision));
        // The records of an execution that has diverged are not changed.
        let log = (!has_diverged).then(|| Log::new(self.journal.clone(), number, next, record.express));
        let input = to_raw_value(&record.input).map_err(|error| error.to_string())?;
        let clock = self.clock.clone();
        let run = Run::new(execution, handlers, clock, machine, number, input.into(), record.trace_header, log);
        let run = Arc::new(run);
        if !run.machine.is_express {
            self.held.lock().executions.insert(&run);
        }
        Ok((run, is_running.then(|| Pending { waiting: waiting.into_values().collect(), asked })))
    }

    /// Counts the open map runs of a restored execution. Those that wait ask again.
    fn restore_map_runs(&self, execution: &mut Recorded, number: u64) {
        let known = execution.map_runs().iter();
        let known: Vec<_> = known.map(|map_run| (map_run.arn().to_owned(), map_run.status())).collect();
        for (arn, status) in known {
            self.map_runs.insert(&arn, number);
            if status == Status::Running && self.map_runs.are_limited() && self.map_runs.may_start(&arn) {
                execution.change_map_run(&arn, MapRunChange::default());
            }
        }
    }

    /// Continues the clock from the latest recorded time of a resource, whatever the system's clock says.
    fn catch_up(&self) {
        for machine in self.held.lock().machines.all() {
            let versions = machine.versions.values().map(|version| version.created);
            let aliases = machine.aliases.values().map(|alias| alias.updated);
            versions.chain(aliases).chain([machine.current.updated]).for_each(|time| self.clock.catch_up(time));
        }
        self.activities.0.lock().all().for_each(|activity| self.clock.catch_up(activity.created));
    }

    /// Removes the state machines that were being deleted.
    fn remove_deleted(&self) {
        let mut held = self.held.lock();
        let deleting: Vec<String> =
            held.machines.all().filter(|machine| machine.deleting).map(|machine| machine.arn.clone()).collect();
        for machine in deleting {
            held.executions.running_of(&machine).iter().for_each(|run| run.end_at_transition());
            self.remove_if_deleted(&mut held, &machine);
        }
    }
}

/// Returns the name in a key.
fn name(key: &[u8]) -> String {
    String::from_utf8_lossy(key.get(2..).unwrap_or_default()).into_owned()
}

/// Returns the first number in a key.
fn number(key: &[u8]) -> u64 {
    numbers(key).and_then(|numbers| numbers.first().copied()).unwrap_or_default()
}

/// Returns a revision in place of one that cannot be used, for the descriptions of ended executions. It has no
/// definition.
fn unusable(number: u64) -> Result<Arc<Revision>, String> {
    let definition = r#"{"StartAt": "Unknown", "States": {"Unknown": {"Type": "Succeed"}}}"#;
    let record = RevisionRecord { definition: definition.to_owned(), ..RevisionRecord::default() };
    Ok(Arc::new(Revision { definition: String::new(), ..revision(number, record)? }))
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
        configuration: record.configuration,
        updated: Instant::from_millis(record.updated),
    })
}

#[cfg(all(test, feature = "durable"))]
mod tests {
    use serde_json::{Value, json};

    use crate::{Embedded, Server};

    /// Returns a folder for one test.
    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("workflow-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        folder
    }

    #[tokio::test]
    async fn what_had_ended_is_read_from_its_record_and_not_run_again() {
        let folder = folder("restore");
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
        let is_stored = |server: &Embedded, execution: &str| server.run(execution).unwrap().is_stored();
        assert_eq!(list(&server).await, before.0);
        assert!(is_stored(&server, &first) && is_stored(&server, &second) && !is_stored(&server, &asleep));
        assert_eq!(describe(&server, &first).await, before.1);
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
        assert!(is_stored(&server, &second));
        assert_eq!(describe(&server, &second).await, redriven);
        server.call("StopExecution", &json!({"executionArn": asleep})).await.unwrap();
        server.shutdown().await;
        let _ = std::fs::remove_dir_all(&folder);
    }

    #[tokio::test]
    async fn what_is_damaged_is_not_missing_and_does_not_begin_again() {
        use super::{Key, Write};

        let folder = folder("not-missing");
        let open = async || Server::builder().data(&folder).embed().await.unwrap();
        let server = open().await;
        let created = |name: &str| {
            let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#;
            json!({"name": name, "definition": definition, "roleArn": "arn:aws:iam::123456789012:role/r"})
        };
        let mut machines = Vec::new();
        for name in ["M", "N"] {
            machines.push(server.call("CreateStateMachine", &created(name)).await.unwrap()["stateMachineArn"].clone());
        }
        let mut executions = Vec::new();
        for name in ["start", "end", "whole"] {
            let started = json!({"stateMachineArn": machines[0], "name": name});
            let execution = server.call("StartExecution", &started).await.unwrap()["executionArn"].clone();
            let run = server.run(execution.as_str().unwrap()).unwrap();
            run.ended().await;
            executions.push((execution, run.number));
        }
        let journal = server.journal().clone();
        let machine = machines[1].as_str().unwrap();
        journal.write(|| Write::Put(Key::Machine(machine).bytes(), b"damaged".to_vec()));
        journal.write(|| Write::Put(Key::Format.bytes(), b"damaged".to_vec()));
        journal.write(|| Write::Put(Key::Execution(executions[0].1).bytes(), b"damaged".to_vec()));
        // The key of its end was altered.
        let end = Key::End(executions[1].1);
        let value = [&[0; 8], &*journal.contents([end]).unwrap()[0].clone().unwrap()].concat();
        journal.write(|| Write::Remove(end.bytes()));
        journal.write(|| Write::Put(Key::End(u64::MAX).bytes(), value));
        server.shutdown().await;

        let server = open().await;
        let refused = async |operation: &str, request: Value| {
            server.call(operation, &request).await.unwrap_err().code().to_owned()
        };
        assert_eq!(refused("DescribeStateMachine", json!({"stateMachineArn": machine})).await, "InternalServerError");
        assert_eq!(refused("StartExecution", json!({"stateMachineArn": machine})).await, "InternalServerError");
        assert_eq!(refused("CreateStateMachine", created("N")).await, "InternalServerError");
        for (execution, _) in &executions[..2] {
            let described = refused("DescribeExecution", json!({"executionArn": execution})).await;
            assert_eq!(described, "InternalServerError", "{execution}");
        }
        server.call("DescribeExecution", &json!({"executionArn": executions[2].0})).await.unwrap();
        server.shutdown().await;
        // The definitions of both state machines are still there.
        let mut exported = Vec::new();
        crate::Store::open(&folder).unwrap().export(&mut exported).unwrap();
        assert_eq!(String::from_utf8(exported).unwrap().matches(r#""key":"r/"#).count(), 2);
        let _ = std::fs::remove_dir_all(&folder);
    }

    #[tokio::test]
    async fn an_execution_whose_replay_differs_from_its_record_is_told() {
        let folder = folder("diverged");
        let open = async || Server::builder().data(&folder).embed().await.unwrap();
        let server = open().await;
        let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 3600, "End": true}}}"#;
        let request = json!({"name": "M", "definition": definition, "roleArn": "arn:aws:iam::123456789012:role/r"});
        let machine = server.call("CreateStateMachine", &request).await.unwrap()["stateMachineArn"].clone();
        let started = server.call("StartExecution", &json!({"stateMachineArn": machine})).await.unwrap();
        let execution = started["executionArn"].as_str().unwrap();
        let (number, journal) = (server.run(execution).unwrap().number, server.journal().clone());
        journal.flushed().await.unwrap();
        let (_, next) = super::entries(&journal, number).unwrap();
        // An engine that writes other events would find such a record.
        journal.write(|| super::Key::Entries(number, next).put(&vec![crate::executions::RecordedInput::Events(1, 1)]));
        server.shutdown().await;

        let report = crate::Store::open(&folder).unwrap().check(Server::builder()).unwrap();
        assert_eq!((&*report.diverged, &*report.damaged), (&[execution.to_owned()][..], &[][..]));
        for _ in 0..2 {
            let server = open().await;
            assert_eq!(server.diverged(), [execution]);
            let described = server.call("DescribeExecution", &json!({"executionArn": execution})).await.unwrap();
            assert_eq!(described["error"], "Workflow.ReplayDiverged");
            // Its record is not changed.
            server.shutdown().await;
        }
        let _ = std::fs::remove_dir_all(&folder);
    }
}
