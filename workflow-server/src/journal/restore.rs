//! A server as its journal has it: resources as they were, executions by doing again what was done to them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::to_raw_value;
use workflow_local::handlers::Asked;
use workflow_local::{Instant, Status};

use super::record::{
    ActivityRecord, ClockRecord, EntriesRecord, ExecutionRecord, MachineRecord, RevisionRecord, machine_type, numbers,
};
use super::{Key, Record, Write};
use crate::executions::{Entry, Known, Log, Pending, Run, RunOf, Waiting};
use crate::operations::compile;
use crate::registry::{Configuration, Registry, Revision};

/// The error that an execution ends with whose replay is not what was recorded.
const DIVERGED: &str = "Workflow.ReplayDiverged";

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| format!("a record cannot be read: {error}"))
}

/// The executions of a journal while they are read.
#[derive(Default)]
struct Found {
    revisions: BTreeMap<u64, Arc<Revision>>,
    machines: Vec<(String, MachineRecord)>,
    executions: BTreeMap<u64, (ExecutionRecord, Vec<Entry>, u64)>,
}

impl Registry {
    /// Takes over what the records say, and drives what had not ended. Gives the ARNs of executions whose replay is not what
    /// was recorded.
    pub(crate) fn restore(self: &Arc<Self>, records: Vec<Record>) -> Result<Vec<String>, String> {
        let mut found = Found::default();
        // Executions come behind their entries, in the order of keys.
        let mut entries: BTreeMap<u64, (Vec<Entry>, u64)> = BTreeMap::new();
        let mut highest = 0;
        for (key, value) in records {
            let name = || String::from_utf8_lossy(key.get(2..).unwrap_or_default()).into_owned();
            let number = |at: usize| numbers(&key).and_then(|numbers| numbers.get(at).copied()).unwrap_or_default();
            match key.first() {
                Some(b'a') => {
                    let activity = read::<ActivityRecord>(&value)?.activity();
                    highest = highest.max(activity.number);
                    self.activities.lock().insert(name(), activity.number, activity);
                }
                Some(b'c') => self.clock.advance(Duration::from_millis(read::<ClockRecord>(&value)?.turned)),
                Some(b'm') => {
                    let machine: MachineRecord = read(&value)?;
                    highest = machine
                        .aliases
                        .iter()
                        .map(|alias| alias.number)
                        .chain([highest, machine.number])
                        .max()
                        .unwrap_or(0);
                    found.machines.push((name(), machine));
                }
                Some(b'r') => {
                    highest = highest.max(number(0));
                    let revision = revision(number(0), read(&value)?)?;
                    found.revisions.insert(number(0), Arc::new(revision));
                }
                Some(b'x') => {
                    highest = highest.max(number(0));
                    let (done, next) = entries.remove(&number(0)).unwrap_or_default();
                    found.executions.insert(number(0), (read(&value)?, done, next));
                }
                Some(b'j') => {
                    let of = entries.entry(number(0)).or_default();
                    of.0.extend(read::<EntriesRecord>(&value)?);
                    of.1 = number(1) + 1;
                }
                _ => {}
            }
        }
        self.number_from(highest);
        let of_machines = found.machines.iter().flat_map(|(_, machine)| machine.revisions());
        let of_executions = found.executions.values().map(|(record, ..)| record.revision);
        let used: BTreeSet<u64> = of_machines.chain(of_executions).collect();
        for number in found.revisions.keys().filter(|number| !used.contains(number)) {
            self.journal.write(|| Write::Remove(Key::Revision(*number).bytes()));
        }
        let Found { revisions, machines, executions } = found;
        {
            let mut held = self.held();
            for (arn, record) in machines {
                let machine = record.machine(arn.clone(), |number| revisions.get(&number).cloned());
                let machine = machine.ok_or_else(|| format!("a revision of {arn} is not there"))?;
                held.machines.insert(arn, machine.number, machine);
            }
        }
        let mut diverged = Vec::new();
        let mut driven = Vec::new();
        let mut ended = Vec::new();
        for (number, (record, entries, next)) in executions {
            let revision = revisions
                .get(&record.revision)
                .ok_or_else(|| format!("the revision of {} is not there", record.arn))?;
            let arn = record.arn.clone();
            let replayed = self.replayed(number, record, Arc::clone(revision), entries, next)?;
            // Where the clock went faster than the system's, it goes on from there.
            self.clock.advance_to(replayed.run.execution().now());
            if replayed.diverged {
                diverged.push(arn);
            }
            match replayed.pending {
                Some(pending) => driven.push((replayed.run, pending)),
                None => ended.push((replayed.run.execution().stopped_at(), Arc::clone(&replayed.run))),
            }
        }
        ended.sort_by_key(|(stopped, run)| (*stopped, run.number));
        {
            let mut held = self.held();
            for (stopped, run) in ended.iter().filter(|(_, run)| !run.machine.is_express) {
                stopped.iter().for_each(|stopped| held.executions.has_ended(run, *stopped));
            }
            let deleting: Vec<String> =
                held.machines.all().filter(|machine| machine.deleting).map(|machine| machine.arn.clone()).collect();
            for machine in deleting {
                held.executions.running_of(&machine).iter().for_each(|run| run.end_at_transition());
                self.remove_if_deleted(&mut held, &machine);
            }
        }
        drop(self.swept());
        // All are there before one goes on: it may call another.
        for (run, pending) in driven {
            self.drive_on(run, pending);
        }
        Ok(diverged)
    }

    fn replayed(
        &self,
        number: u64,
        record: ExecutionRecord,
        revision: Arc<Revision>,
        entries: Vec<Entry>,
        next: u64,
    ) -> Result<Replayed, String> {
        let is_express = record.express;
        let handlers = self.handlers_of(record.case.as_deref(), &record.machine_name, &revision.program);
        let handlers = handlers.map_err(|error| error.message)?;
        let known = Known::new(Arc::clone(&self.activities), Arc::clone(&handlers));
        let input: Value = serde_json::from_str(&record.input).map_err(|error| error.to_string())?;
        let mut execution = self.begun(&record, &revision, input, &known);
        let mut asked = Asked::default();
        let mut waiting: IndexMap<u64, Waiting> = IndexMap::new();
        let mut diverged = false;
        for entry in entries {
            match &entry {
                Entry::Known(answers) => known.replay(answers),
                Entry::Submit(id, output) => {
                    if let Some(task) = waiting.get_mut(id) {
                        task.submitted = Some(output.clone());
                    }
                }
                Entry::StartActivity(id, _) => {
                    if let Some(task) = waiting.get_mut(id) {
                        task.started = true;
                    }
                }
                _ => {}
            }
            let Some(requests) = execution.replay(entry) else {
                diverged = true;
                break;
            };
            for request in requests {
                // It counts how often each was asked.
                let _ = handlers.find(&request, &mut asked);
                waiting.insert(request.id.number(), Waiting { request, submitted: None, started: false });
            }
        }
        if diverged {
            let cause = "The recorded inputs of this execution give another history than they did: its program, or what it \
                         reads, has changed.";
            execution.abandon(DIVERGED, cause);
        }
        let is_running = execution.status() == Status::Running;
        let still: Vec<u64> = execution.waiting_tasks().into_iter().map(|(id, _)| id.number()).collect();
        waiting.retain(|id, _| still.contains(id));
        execution.record();
        let run_of = RunOf::restored(&record, revision);
        let map_runs: Vec<String> = execution.map_runs().iter().map(|map_run| map_run.arn().to_owned()).collect();
        let log = self.journal.is_kept().then(|| Log::new(self.journal.clone(), number, next));
        let input = to_raw_value(&record.input).map_err(|error| error.to_string())?;
        let run = Run::new(execution, handlers, self.clock.clone(), run_of, number, input, record.trace_header, log);
        let run = Arc::new(run);
        map_runs.iter().for_each(|arn| self.map_runs.insert(arn, &run));
        if !is_express {
            self.held().executions.insert(&run);
        }
        let pending = is_running.then(|| Pending { waiting: waiting.into_values().collect(), asked });
        Ok(Replayed { run, pending, diverged })
    }
}

/// An execution as it was, and what it waits for where it has not ended.
struct Replayed {
    run: Arc<Run>,
    pending: Option<Pending>,
    diverged: bool,
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
