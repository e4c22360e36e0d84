//! The state of a map run, during and after its run, for `DescribeMapRun` and similar operations.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html>

use std::sync::Arc;

use workflow_asl::document::MachineType;

use super::distributed::exceeds;
use super::thread::{Doing, JoinKind, RunId, ThreadId};
use super::view::View;
use super::{Execution, Failure, Run, Status};
use crate::clock::Instant;
use crate::history::EventType;

/// A map run of an execution: the child executions of a distributed map.
#[cfg_attr(feature = "snapshot", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Debug)]
pub struct MapRun {
    pub(super) arn: Arc<str>,
    /// The execution, or child execution, that started it.
    pub(super) of: RunId,
    pub(super) label: Arc<str>,
    #[cfg_attr(feature = "snapshot", serde(with = "super::snapshot::machine_type"))]
    pub(super) kind: MachineType,
    pub(super) status: Status,
    pub(super) started: Instant,
    pub(super) stopped: Option<Instant>,
    /// The state's value; 0 for no limit.
    pub(super) max_concurrency: usize,
    pub(super) tolerated_count: Option<f64>,
    pub(super) tolerated_percentage: Option<f64>,
    /// The started children, by the index of the item or batch.
    pub(super) children: Vec<Option<RunId>>,
    /// The number of items of each child, for batches; empty if each has one.
    pub(super) batch_sizes: Vec<usize>,
    pub(super) writes: bool,
    pub(super) redrive_count: u64,
    pub(super) redriven: Option<Instant>,
}

/// The numbers of a map run's children, or of their items, by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MapRunCounts {
    /// Not started.
    pub pending: usize,
    /// Running.
    pub running: usize,
    /// Succeeded.
    pub succeeded: usize,
    /// Failed.
    pub failed: usize,
    /// Timed out.
    pub timed_out: usize,
    /// Aborted.
    pub aborted: usize,
    /// The total.
    pub total: usize,
    /// Those whose results were written.
    pub results_written: usize,
}

impl MapRun {
    /// Returns the ARN of the map run.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// Returns the label of the distributed map, which follows the state machine's name in the ARN.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Returns whether its children are Standard or Express.
    pub fn child_type(&self) -> MachineType {
        self.kind
    }

    /// Returns the status of the map run.
    pub fn status(&self) -> Status {
        self.status
    }

    /// Returns the start time.
    pub fn started_at(&self) -> Instant {
        self.started
    }

    /// Returns the end time.
    pub fn stopped_at(&self) -> Option<Instant> {
        self.stopped
    }

    /// Returns how many children may run at once; 0 for no limit of its own.
    pub fn max_concurrency(&self) -> usize {
        self.max_concurrency
    }

    /// Returns the number of items that may fail.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates, and it is a count")]
    pub fn tolerated_failure_count(&self) -> u64 {
        self.tolerated_count.unwrap_or_default() as u64
    }

    /// Returns the percentage of items that may fail.
    pub fn tolerated_failure_percentage(&self) -> f64 {
        self.tolerated_percentage.unwrap_or_default()
    }

    /// Returns how often the map run was redriven.
    pub fn redrive_count(&self) -> u64 {
        self.redrive_count
    }

    /// Returns the time of the last redrive.
    pub fn redriven_at(&self) -> Option<Instant> {
        self.redriven
    }
}

/// A change to a running map run; `None` leaves a value unchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "it has the members of the API's request")]
pub struct MapRunChange {
    /// How many children may run at once; 0 for no limit of its own. Running children continue.
    pub max_concurrency: Option<usize>,
    /// The number of items that may fail.
    pub tolerated_failure_count: Option<f64>,
    /// The percentage of items that may fail.
    pub tolerated_failure_percentage: Option<f64>,
}

impl Execution {
    /// Returns the started map runs, in order, including map runs that child executions started.
    pub fn map_runs(&self) -> &[MapRun] {
        &self.map_runs
    }

    /// Returns the execution that started a map run: this one, or a child of another map run.
    pub fn starter(&self, map_run: &MapRun) -> View<'_> {
        View { execution: self, id: map_run.of }
    }

    /// Returns the started children of a map run whose item or batch has an index below `before`, in order.
    pub fn children<'e>(
        &'e self,
        map_run: &'e MapRun,
        before: usize,
    ) -> impl DoubleEndedIterator<Item = (usize, View<'e>)> {
        let started = map_run.children.iter().take(before).enumerate();
        started.filter_map(|(number, id)| Some((number, View { execution: self, id: (*id)? })))
    }

    /// Returns the numbers of a map run's children and of their items by status.
    pub fn map_run_counts(&self, map_run: &MapRun) -> (MapRunCounts, MapRunCounts) {
        let (mut children, mut items) = (MapRunCounts::default(), MapRunCounts::default());
        for (number, id) in map_run.children.iter().enumerate() {
            let size = map_run.batch_sizes.get(number).copied().unwrap_or(1);
            let status = id.map(|id| self.run(id).status);
            for (counts, size) in [(&mut children, 1), (&mut items, size)] {
                counts.total += size;
                let count = match status {
                    // A map run that has ended starts no more children.
                    None if map_run.status == Status::Running => &mut counts.pending,
                    None => &mut counts.aborted,
                    Some(Status::Running) => &mut counts.running,
                    Some(Status::Succeeded) => &mut counts.succeeded,
                    Some(Status::Failed) => &mut counts.failed,
                    Some(Status::TimedOut) => &mut counts.timed_out,
                    Some(Status::Aborted) => &mut counts.aborted,
                };
                *count += size;
                if map_run.writes && map_run.status != Status::Running && status == Some(Status::Succeeded) {
                    counts.results_written += size;
                }
            }
        }
        (children, items)
    }

    /// Changes a running map run (`UpdateMapRun`). Returns `false` if there is none with this ARN.
    pub fn change_map_run(&mut self, arn: &str, change: MapRunChange) -> bool {
        let running = |map_run: &MapRun| &*map_run.arn == arn && map_run.status == Status::Running;
        let Some(number) = self.map_runs.iter().position(running) else { return false };
        if let Some(map_run) = self.map_runs.get_mut(number) {
            map_run.max_concurrency = change.max_concurrency.unwrap_or(map_run.max_concurrency);
            map_run.tolerated_count = change.tolerated_failure_count.or(map_run.tolerated_count);
            map_run.tolerated_percentage = change.tolerated_failure_percentage.or(map_run.tolerated_percentage);
        }
        let Some(thread) = self.thread_of_map_run(number) else { return true };
        let Some(mut thread) = self.take(thread) else { return true };
        let Doing::Join(mut join) = std::mem::replace(&mut thread.doing, Doing::Done) else { return true };
        if let Some(most) = change.max_concurrency {
            join.limit = limit(most);
        }
        if self.exceeds_tolerance(&join) {
            self.exceed_tolerance(thread, join);
        } else {
            self.launch(thread, join);
        }
        true
    }

    /// Stops a child execution of a map run (`StopExecution`). Returns `false` if none with this ARN is running.
    pub fn stop_child(&mut self, arn: &str, error: Option<&str>, cause: Option<&str>) -> bool {
        let running = |run: &Run| &*run.arn == arn && run.status == Status::Running;
        let Some(id) = self.runs.iter().skip(1).position(running).map(|at| RunId(at + 1)) else { return false };
        let failure = Failure { error: error.map(Into::into), ..Failure::new("", cause.map(str::to_owned)) };
        self.end_run(id, 0, Status::Aborted, failure);
        self.end_child_run(id);
        true
    }

    /// Returns the thread that waits for a map run's children.
    fn thread_of_map_run(&self, number: usize) -> Option<ThreadId> {
        let waits = |doing: &Doing| match doing {
            Doing::Join(join) => matches!(&join.kind, JoinKind::MapRun(run) if run.record == number),
            _ => false,
        };
        self.threads.iter().flatten().find(|thread| waits(&thread.doing)).map(|thread| thread.id)
    }

    /// Returns whether more items failed than the map run tolerates.
    pub(super) fn exceeds_tolerance(&self, join: &super::thread::Join) -> bool {
        let JoinKind::MapRun(run) = &join.kind else { return false };
        let Some(record) = self.map_runs.get(run.record) else { return false };
        exceeds((record.tolerated_count, record.tolerated_percentage), run.failed_items, run.total_items)
    }

    /// Returns whether the map run has not ended.
    pub(super) fn goes_on(&self, join: &super::thread::Join) -> bool {
        let JoinKind::MapRun(run) = &join.kind else { return false };
        self.map_runs.get(run.record).is_some_and(|record| record.status == Status::Running)
    }

    /// Ends a map run.
    pub(super) fn close_map_run(&mut self, number: usize, event: EventType) {
        let now = self.now;
        if let Some(record) = self.map_runs.get_mut(number).filter(|record| record.status == Status::Running) {
            record.status = match event {
                EventType::MapRunSucceeded => Status::Succeeded,
                EventType::MapRunAborted => Status::Aborted,
                _ => Status::Failed,
            };
            record.stopped = Some(now);
        }
    }
}

/// Returns how many children may run at once; 0 for no limit of its own.
fn limit(most: usize) -> usize {
    use workflow_asl::limits::DISTRIBUTED_MAP_CONCURRENCY as MOST;
    if most == 0 { MOST } else { most.min(MOST) }
}
