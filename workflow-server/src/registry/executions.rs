//! The Standard executions that the server holds: by ARN, and by state machine in the order of their start.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use indexmap::IndexMap;
use workflow_local::{Instant, Status};

use crate::Retention;
use crate::executions::Run;

/// Executions, running or ended.
#[derive(Default)]
pub(crate) struct Executions {
    by_arn: IndexMap<Arc<str>, Arc<Run>>,
    /// By the state machine's ARN and the execution's number.
    of_machine: IndexMap<String, BTreeMap<u64, Arc<Run>>>,
    /// Those that have ended, and when, in that order. One that was redriven since ends again.
    ended: VecDeque<(Instant, Arc<Run>)>,
}

impl Executions {
    pub(crate) fn get(&self, arn: &str) -> Option<Arc<Run>> {
        self.by_arn.get(arn).cloned()
    }

    /// Holds an execution, in the place of an earlier one of this ARN.
    pub(crate) fn insert(&mut self, run: &Arc<Run>) {
        let machine = self.of_machine.entry(run.machine.arn.clone()).or_default();
        machine.insert(run.number, Arc::clone(run));
        if let Some(replaced) = self.by_arn.insert(Arc::clone(&run.arn), Arc::clone(run)) {
            machine.remove(&replaced.number);
        }
    }

    /// The executions of a state machine, the latest first, from the one that started last before number `before`.
    pub(crate) fn of(&self, machine: &str, before: Option<u64>) -> impl Iterator<Item = &Arc<Run>> {
        let runs = self.of_machine.get(machine).into_iter();
        runs.flat_map(move |runs| runs.range(..before.unwrap_or(u64::MAX)).rev()).map(|(_, run)| run)
    }

    /// An execution has ended.
    pub(crate) fn has_ended(&mut self, run: &Arc<Run>, stopped: Instant) {
        self.ended.push_back((stopped, Arc::clone(run)));
    }

    /// Takes out the execution that ended first, where it is kept no longer.
    pub(crate) fn next_to_forget(&mut self, retention: &Retention, now: Instant) -> Option<Arc<Run>> {
        loop {
            let (stopped, _) = self.ended.front()?;
            let is_old = retention.age.is_some_and(|age| stopped.until(now) > age);
            if !is_old && self.ended.len() <= retention.count {
                return None;
            }
            let (stopped, run) = self.ended.pop_front()?;
            // One that was redriven is told again when it ends.
            if run.stopped_at() == Some(stopped) {
                self.remove(&run);
                return Some(run);
            }
        }
    }

    fn remove(&mut self, run: &Arc<Run>) {
        if self.by_arn.get(&run.arn).is_some_and(|held| Arc::ptr_eq(held, run)) {
            self.by_arn.swap_remove(&run.arn);
        }
        if let Some(machine) = self.of_machine.get_mut(&run.machine.arn) {
            machine.remove(&run.number);
            if machine.is_empty() {
                self.of_machine.swap_remove(&run.machine.arn);
            }
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Run>> {
        self.by_arn.values()
    }

    /// The executions of a state machine that have not ended.
    pub(crate) fn running_of(&self, machine: &str) -> Vec<Arc<Run>> {
        self.of(machine, None).filter(|run| run.status() == Status::Running).cloned().collect()
    }
}
