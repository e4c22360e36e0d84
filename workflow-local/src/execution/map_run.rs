//! What is known of a map run, while it goes on and after: for `DescribeMapRun` and its like.
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

/// A map run of an execution: the child executions that a distributed map starts.
#[derive(Clone, Debug)]
pub struct MapRun {
    pub(super) arn: Arc<str>,
    pub(super) label: Arc<str>,
    pub(super) kind: MachineType,
    pub(super) status: Status,
    pub(super) started: Instant,
    pub(super) stopped: Option<Instant>,
    /// As the state says; 0 for as many as there may be.
    pub(super) max_concurrency: usize,
    pub(super) tolerated_count: Option<f64>,
    pub(super) tolerated_percentage: Option<f64>,
    /// By the number of the item or batch; those that were started.
    pub(super) children: Vec<Option<RunId>>,
    /// How many items each child has, which batches make more than one; empty when it is one.
    pub(super) batch_sizes: Vec<usize>,
    pub(super) writes: bool,
    pub(super) redrive_count: u64,
    pub(super) redriven: Option<Instant>,
}

/// How many child executions of a map run, or items of them, have come how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MapRunCounts {
    /// Not started.
    pub pending: usize,
    /// Running.
    pub running: usize,
    /// Ended well.
    pub succeeded: usize,
    /// Failed.
    pub failed: usize,
    /// Ran past their time limit.
    pub timed_out: usize,
    /// Were stopped.
    pub aborted: usize,
    /// All of them.
    pub total: usize,
    /// Those whose results were written.
    pub results_written: usize,
}

impl MapRun {
    /// Its ARN.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// The label of the distributed map, which its ARN has behind the state machine's name.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Whether its children are Standard or Express.
    pub fn child_type(&self) -> MachineType {
        self.kind
    }

    /// Where it stands.
    pub fn status(&self) -> Status {
        self.status
    }

    /// When it was started.
    pub fn started_at(&self) -> Instant {
        self.started
    }

    /// When it ended.
    pub fn stopped_at(&self) -> Option<Instant> {
        self.stopped
    }

    /// How many children may run at once; 0 for as many as the service allows.
    pub fn max_concurrency(&self) -> usize {
        self.max_concurrency
    }

    /// How many items may fail.
    pub fn tolerated_failure_count(&self) -> f64 {
        self.tolerated_count.unwrap_or_default()
    }

    /// How many of a hundred items may fail.
    pub fn tolerated_failure_percentage(&self) -> f64 {
        self.tolerated_percentage.unwrap_or_default()
    }

    /// How often it was redriven.
    pub fn redrive_count(&self) -> u64 {
        self.redrive_count
    }

    /// When it was redriven last.
    pub fn redriven_at(&self) -> Option<Instant> {
        self.redriven
    }
}

/// What of a map run changes while it goes on; `None` leaves it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "it has the members of the API's request")]
pub struct MapRunChange {
    /// How many children may run at once; 0 for as many as the service allows. Children that run go on.
    pub max_concurrency: Option<usize>,
    /// How many items may fail.
    pub tolerated_failure_count: Option<f64>,
    /// How many of a hundred items may fail.
    pub tolerated_failure_percentage: Option<f64>,
}

impl Execution {
    /// The map runs that were started, in that order.
    pub fn map_runs(&self) -> &[MapRun] {
        &self.map_runs
    }

    /// The children of a map run that were started, by the number of their item or batch: those with numbers below `before`.
    pub fn children<'e>(
        &'e self,
        map_run: &'e MapRun,
        before: usize,
    ) -> impl DoubleEndedIterator<Item = (usize, View<'e>)> {
        let started = map_run.children.iter().take(before).enumerate();
        started.filter_map(|(number, id)| Some((number, View { execution: self, id: (*id)? })))
    }

    /// How far the children of a map run have come, and how far their items.
    pub fn map_run_counts(&self, map_run: &MapRun) -> (MapRunCounts, MapRunCounts) {
        let (mut children, mut items) = (MapRunCounts::default(), MapRunCounts::default());
        for (number, id) in map_run.children.iter().enumerate() {
            let size = map_run.batch_sizes.get(number).copied().unwrap_or(1);
            let status = id.map(|id| self.run(id).status);
            for (counts, size) in [(&mut children, 1), (&mut items, size)] {
                counts.total += size;
                let count = match status {
                    // What a map run that has ended did not start never will.
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

    /// Changes a map run that goes on (`UpdateMapRun`). Says whether there is one with this ARN.
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

    /// Stops a child execution of a map run (`StopExecution`). Says whether one with this ARN was running.
    pub fn stop_child(&mut self, arn: &str, error: Option<&str>, cause: Option<&str>) -> bool {
        let running = |run: &Run| &*run.arn == arn && run.status == Status::Running;
        let Some(id) = self.runs.iter().skip(1).position(running).map(|at| RunId(at + 1)) else { return false };
        let failure = Failure { error: error.map(Into::into), ..Failure::new("", cause.map(str::to_owned)) };
        self.end_run(id, 0, Status::Aborted, failure);
        self.end_child_run(id);
        true
    }

    /// The thread that waits for a map run's children.
    fn thread_of_map_run(&self, number: usize) -> Option<ThreadId> {
        let waits = |doing: &Doing| match doing {
            Doing::Join(join) => matches!(&join.kind, JoinKind::MapRun(run) if run.record == number),
            _ => false,
        };
        self.threads.iter().flatten().find(|thread| waits(&thread.doing)).map(|thread| thread.id)
    }

    /// Whether more items failed than count or percentage allow; without either, any is too many.
    pub(super) fn exceeds_tolerance(&self, join: &super::thread::Join) -> bool {
        let JoinKind::MapRun(run) = &join.kind else { return false };
        let Some(record) = self.map_runs.get(run.record) else { return false };
        match (record.tolerated_count, record.tolerated_percentage) {
            (None, None) => run.failed_items > 0,
            tolerated => exceeds(tolerated, run.failed_items, run.total_items),
        }
    }

    /// Whether what waits for a map run's children waits for one that has not ended.
    pub(super) fn goes_on(&self, join: &super::thread::Join) -> bool {
        let JoinKind::MapRun(run) = &join.kind else { return false };
        self.map_runs.get(run.record).is_some_and(|record| record.status == Status::Running)
    }

    /// A map run has ended.
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

/// How many children may run at once where a map run says so; 0 is no limit of its own.
fn limit(most: usize) -> usize {
    use workflow_asl::limits::DISTRIBUTED_MAP_CONCURRENCY as MOST;
    if most == 0 { MOST } else { most.min(MOST) }
}
