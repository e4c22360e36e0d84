//! The driven executions, and how many may be driven.

use std::collections::BTreeMap;
use std::sync::Arc;

use workflow_asl::document::MachineType;
use workflow_local::{Execution, MapRunChange, Status};

use super::{Machine, Registry};
use crate::api::arn::Scope;
use crate::api::{ApiError, Code};
use crate::executions::{Run, STATUSES};
use crate::quotas::START_EXPRESS;

/// The driven executions.
#[derive(Default)]
pub(crate) struct Driven {
    /// By number.
    runs: BTreeMap<u64, Arc<Run>>,
    /// The counts of Standard and of Express executions.
    pub(crate) counts: [Counts; 2],
}

/// How many executions of a type there were.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) open: usize,
    pub(crate) started: u64,
    /// In the order of [`STATUSES`].
    pub(crate) ended: [u64; STATUSES.len()],
}

impl Driven {
    /// Returns the executions in the order of their start.
    pub(super) fn runs(&self) -> impl Iterator<Item = &Arc<Run>> {
        self.runs.values()
    }

    fn counts(&mut self, run: &Run) -> &mut Counts {
        let [standard, express] = &mut self.counts;
        if run.machine.is_express { express } else { standard }
    }

    fn ended(&mut self, run: &Run) {
        let counts = self.counts(run);
        counts.open = counts.open.saturating_sub(1);
        let ended = STATUSES.iter().zip(&mut counts.ended).find(|(status, _)| **status == run.status());
        ended.into_iter().for_each(|(_, count)| *count += 1);
    }
}

impl Registry {
    /// Returns the driven executions, in the order of their start.
    pub(crate) fn all_driven(&self) -> Vec<Arc<Run>> {
        self.driven.lock().runs().cloned().collect()
    }

    /// Registers a driven execution.
    pub(super) fn begin_driving(&self, run: &Arc<Run>) {
        let mut driven = self.driven.lock();
        if driven.runs.insert(run.number, Arc::clone(run)).is_none() {
            let counts = driven.counts(run);
            counts.open += 1;
            counts.started += 1;
        }
    }

    /// Removes an execution that is no longer driven.
    pub(crate) fn end_driving(&self, run: &Run) {
        let mut driven = self.driven.lock();
        if driven.runs.remove(&run.number).is_some() {
            driven.ended(run);
        }
    }

    pub(super) fn forget_driven(&self) {
        let mut driven = self.driven.lock();
        for run in std::mem::take(&mut driven.runs).values() {
            driven.ended(run);
        }
    }

    /// Returns the map runs of an execution that may make room for others, by ARN.
    pub(crate) fn ended_map_runs(&self, execution: &Execution) -> Vec<String> {
        let all = if !self.map_runs.are_limited() { &[] } else { execution.map_runs() };
        let ended = all.iter().filter(|map_run| map_run.status() != Status::Running);
        ended.map(|map_run| map_run.arn().to_owned()).collect()
    }

    /// Lets others run in their place.
    pub(crate) fn replace_map_runs(&self, ended: &[String]) {
        for next in ended.iter().filter_map(|arn| self.map_runs.ended(arn)) {
            let number = self.map_runs.executions.lock().get(&next).copied();
            let held = self.held.lock();
            let run = number.and_then(|number| held.executions.numbered(number)?.live().cloned());
            drop(held);
            if let Some(run) = run {
                run.tell(|execution| execution.change_map_run(&next, MapRunChange::default()));
            }
        }
    }

    /// Rejects another start of a state machine beyond a limit or a quota.
    pub(crate) fn check_start(&self, machine: &Machine, is_asynchronous: bool) -> Result<(), ApiError> {
        let is_express = machine.kind == MachineType::Express;
        if is_asynchronous {
            let action = if is_express { START_EXPRESS } else { "StartExecution" };
            self.buckets.take(action, || Scope::of_arn(&machine.arn), self.clock.now())?;
        }
        self.check_open(is_express)
    }

    /// Rejects another execution beyond the limit.
    pub(crate) fn check_open(&self, is_express: bool) -> Result<(), ApiError> {
        let [standard, express] = self.driven.lock().counts;
        let [most_standard, most_express] = self.open_limits;
        if is_express && express.open >= most_express {
            return Err(ApiError::new(Code::Throttling, "Rate exceeded"));
        }
        if !is_express && standard.open >= most_standard {
            let message = "The maximum number of running executions has been reached. Running executions must end or be stopped \
                           before a new execution can be started.";
            return Err(ApiError::new(Code::ExecutionLimitExceeded, message));
        }
        Ok(())
    }
}
