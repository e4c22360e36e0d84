//! What happens to ended executions, and to state machines that were deleted while those ran.

use std::sync::{Arc, MutexGuard};

use super::{Held, Registry, RegistryContents};
use crate::executions::{Log, Run};
use crate::journal::{Key, Write};

impl Registry {
    /// Returns the resources, after removing executions beyond the retention.
    pub(crate) fn swept(&self) -> MutexGuard<'_, RegistryContents> {
        let mut held = self.held();
        self.sweep(&mut held);
        held
    }

    /// Forgets the executions beyond the retention.
    fn sweep(&self, held: &mut RegistryContents) {
        let now = self.clock.now();
        while let Some(ended) = held.executions.next_to_forget(&self.retention, now) {
            ended.map_run_arns().iter().for_each(|arn| self.map_runs.remove(arn));
            match ended {
                Held::Live(run) => run.forget(),
                Held::Stored(ended) => Log::of_ended(self.journal.clone(), ended.number, 0).forget(),
            }
        }
    }

    /// Keeps only the entry of an ended execution in memory, as soon as its record is on disk.
    pub(crate) async fn release(&self, run: &Arc<Run>) {
        if self.journal.is_kept() && !run.machine.is_express && self.journal.written().await.is_ok() {
            self.held().executions.release(run);
        }
    }

    /// Handles the end of an execution: it is kept for a while, and a state machine that waits for it is removed.
    pub(crate) fn has_ended(&self, run: &Arc<Run>) {
        let mut held = self.held();
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
        self.held().machines.get(machine).is_none_or(|machine| machine.deleting)
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
            let mut held = self.held();
            held.machines.remove(machine);
            self.journal.write(|| Write::Remove(Key::Machine(machine).bytes()));
            held.executions.running_of(machine)
        };
        for run in runs {
            run.stop(None, None);
        }
    }
}
