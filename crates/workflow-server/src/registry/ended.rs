//! What happens to ended executions, and to state machines that were deleted while those ran.

use std::sync::Arc;
use std::time::Duration;

use super::{EndOf, Held, Registry, RegistryContents};
use crate::Retention;
use crate::executions::{Log, Run};
use crate::journal::{Key, Write};
use parking_lot::MutexGuard;

/// How often it is looked whether the record of an ended execution is on disk.
const RELEASE: Duration = Duration::from_millis(100);
/// How long a server runs before it removes executions by their age.
const SETTLING: Duration = Duration::from_secs(60 * 60);

impl Registry {
    /// Returns the resources, after removing executions beyond the retention.
    pub(crate) fn swept(&self) -> MutexGuard<'_, RegistryContents> {
        let mut held = self.held.lock();
        self.sweep(&mut held);
        held
    }

    /// Forgets the executions beyond the retention.
    fn sweep(&self, held: &mut RegistryContents) {
        // A start with a wrong clock must not remove them, nor the times that such a start recorded.
        let is_settled = |age: &Duration| self.clock.uptime() > SETTLING.min(*age);
        let retention = Retention { age: self.retention.age.filter(is_settled), ..self.retention };
        let now = self.clock.system_time();
        while let Some(ended) = held.executions.next_to_forget(&retention, now) {
            for arn in ended.map_run_arns() {
                self.map_runs.executions.lock().remove(&arn);
            }
            match ended {
                Held::Live(run) => run.forget(),
                Held::Stored(ended) => Log::of_ended(self.journal.clone(), ended.number, 0).forget(),
            }
        }
    }

    /// Keeps only the entry of an ended execution in memory, when its record is on disk and others have ended since.
    pub(crate) async fn release(&self, run: &Arc<Run>) {
        if !self.journal.is_kept() || run.machine.is_express {
            return;
        }
        let Some(end) = EndOf::of(run) else { return };
        let queued = self.journal.queued();
        // Being woken up by each commit would take longer than the commits.
        while self.journal.written() < queued {
            tokio::time::sleep(RELEASE).await;
        }
        self.held.lock().executions.release(end, self.recent);
    }

    /// Handles the end of an execution: it is kept for a while, and a state machine that waits for it is removed.
    pub(crate) fn has_ended(&self, run: &Arc<Run>) {
        let mut held = self.held.lock();
        if let Some(stopped) = run.stopped_at() {
            held.executions.has_ended(run.number, stopped);
        }
        self.sweep(&mut held);
        self.remove_if_deleted(&mut held, &run.machine.arn);
        drop(held);
        self.tell_status(run);
    }

    /// Sends an event about the status of a Standard execution. Express executions have none.
    pub(crate) fn tell_status(&self, run: &Run) {
        if let Some(events) = self.events.as_ref().filter(|_| !run.machine.is_express) {
            events.tell(run, self.id());
        }
    }

    /// Returns whether a state machine is deleted, or is being deleted.
    pub(crate) fn is_deleted(&self, machine: &str) -> bool {
        self.held.lock().machines.get(machine).is_none_or(|machine| machine.deleting)
    }

    /// Removes a state machine that is being deleted and has no running executions.
    pub(crate) fn remove_if_deleted(&self, held: &mut RegistryContents, machine: &str) {
        let is_deleted = held.machines.get(machine).is_some_and(|machine| machine.deleting);
        if is_deleted && held.executions.running_of(machine).is_empty() {
            held.machines.remove(machine);
            self.journal.write(|| Write::Remove(Key::Machine(machine).bytes()));
        }
    }

    /// Removes a state machine and stops its executions.
    pub(super) fn remove_now(&self, machine: &str) {
        let runs = {
            let mut held = self.held.lock();
            held.machines.remove(machine);
            self.journal.write(|| Write::Remove(Key::Machine(machine).bytes()));
            held.executions.running_of(machine)
        };
        for run in runs {
            run.stop(None, None);
        }
    }
}

#[cfg(all(test, feature = "durable"))]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};
    use workflow_local::Instant;

    use crate::{Embedded, Server};

    #[tokio::test]
    async fn a_start_with_a_wrong_clock_removes_nothing_and_time_does_not_go_back() {
        let folder = std::env::temp_dir().join(format!("workflow-wrong-clock-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let (right, wrong) = (Instant::now(), Instant::now().after(Duration::from_secs(100 * 24 * 60 * 60)));
        let open = async |time: Instant| Server::builder().data(&folder).beginning_at(time).embed().await.unwrap();
        let start = async |server: &Embedded, machine: &str, name: &str| {
            let arn = format!("arn:aws:states:us-east-1:123456789012:stateMachine:{machine}");
            let request = json!({"stateMachineArn": arn, "name": name});
            let started = server.call("StartExecution", &request).await.unwrap();
            (server.run(started["executionArn"].as_str().unwrap()).unwrap(), started["startDate"].as_f64().unwrap())
        };
        let names = async |server: &Embedded| {
            let request = json!({"stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:M"});
            let list = server.call("ListExecutions", &request).await.unwrap();
            let names =
                list["executions"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned());
            names.collect::<Vec<_>>()
        };
        let server = open(right).await;
        for (name, state) in
            [("M", json!({"Type": "Succeed"})), ("W", json!({"Type": "Wait", "Seconds": 86_400, "End": true}))]
        {
            let definition = json!({"StartAt": "A", "States": {"A": state}}).to_string();
            let role = "arn:aws:iam::123456789012:role/r";
            let request: Value = json!({"name": name, "definition": definition, "roleArn": role});
            server.call("CreateStateMachine", &request).await.unwrap();
        }
        start(&server, "M", "old").await.0.ended().await;
        let (waiting, _) = start(&server, "W", "waiting").await;
        let waiting = waiting.arn.to_string();
        server.shutdown().await;

        let server = open(wrong).await;
        server.run(&waiting).unwrap().ended().await;
        assert_eq!(names(&server).await, ["old"]);
        server.shutdown().await;

        let server = open(right).await;
        let (new, started) = start(&server, "M", "new").await;
        new.ended().await;
        assert!(started >= wrong.as_epoch_seconds(), "{started}");
        server.advance(Duration::from_secs(2 * 60 * 60));
        assert_eq!(names(&server).await, ["new", "old"]);
        server.shutdown().await;

        // A server that runs at this time for longer than a moment removes it.
        let server = open(wrong).await;
        server.advance(Duration::from_secs(2 * 60 * 60));
        assert_eq!(names(&server).await, ["new"]);
    }
}
