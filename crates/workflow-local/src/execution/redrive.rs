//! Redrive: continues an execution that did not succeed from where it failed.
//!
//! When an execution ends, its open threads are kept, each with the tree of its child threads. A state that was entered
//! but not exited does its work again. Branches, iterations and children that succeeded do not.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html>

use std::sync::Arc;

use super::thread::{Doing, JoinKind, MapItem, RunId, Thread, ThreadId};
use super::timer::TimerKind;
use super::variables::Variables;
use super::{Execution, Status};
use crate::history::{Details, EventType, Events};
use crate::program::MapProgram;
use crate::task::TaskId;
use workflow_asl::document::MachineType;

/// The reason why an execution cannot be redriven.
#[cfg_attr(feature = "snapshot", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotRedrivable {
    /// It is running or has succeeded.
    Status(Status),
    /// Its history is full.
    HistoryFull,
    /// It did not keep where it failed. See [`Execution::keep_for_inspection`].
    NotKept,
}

impl Execution {
    /// Keeps the data for `DescribeMapRun`, `RedriveExecution` and similar operations: the histories of the children of
    /// distributed maps, and where an execution failed.
    pub fn keep_for_inspection(&mut self) {
        self.keeps = true;
    }

    /// Checks whether the execution can be redriven now.
    ///
    /// # Errors
    /// Returns the reason if it cannot.
    pub fn redrivable(&self) -> Result<(), NotRedrivable> {
        if let Some(then) = self.of_snapshot {
            return then;
        }
        let run = self.run(RunId(0));
        match run.status {
            status @ (Status::Running | Status::Succeeded) => Err(NotRedrivable::Status(status)),
            _ if run.history.len() + 2 >= self.most_events(RunId(0)) => Err(NotRedrivable::HistoryFull),
            _ if run.unfinished.is_none() => Err(NotRedrivable::NotKept),
            _ => Ok(()),
        }
    }

    /// Continues from where the execution failed, timed out or was stopped (`RedriveExecution`). Its input, its
    /// definition and the results of succeeded states are kept. Retriers and time limits start again.
    ///
    /// # Errors
    /// Returns an error if the execution cannot be redriven.
    pub fn redrive(&mut self) -> Result<(), NotRedrivable> {
        self.redrivable()?;
        if self.of_snapshot.is_some() {
            return Err(NotRedrivable::NotKept);
        }
        self.redrive_run(RunId(0));
        if let Some(seconds) = self.program.timeout_seconds() {
            self.set_timer(seconds, ThreadId(0), 0, TimerKind::Execution(RunId(0)));
        }
        Ok(())
    }

    /// Continues the execution itself or a child. Returns its thread.
    fn redrive_run(&mut self, id: RunId) -> Option<ThreadId> {
        let now = self.now;
        let run = self.run_mut(id);
        let thread = run.unfinished.take()?;
        run.status = Status::Running;
        (run.error, run.cause, run.output, run.stopped) = (None, None, None, None);
        run.variable_bytes = 0;
        run.redrive_count += 1;
        run.redriven = Some(now);
        let (count, last) = (run.redrive_count, run.history.len() as u64);
        let last =
            self.emit(id, last, EventType::ExecutionRedriven, Details::ExecutionRedriven { redrive_count: count });
        Some(self.resume(thread, None, last))
    }

    /// Makes a thread and its child threads ready to continue.
    fn resume(&mut self, mut thread: Box<Thread>, parent: Option<(ThreadId, usize)>, last: u64) -> ThreadId {
        let id = self.free.pop().unwrap_or_else(|| {
            self.threads.push(None);
            ThreadId(self.threads.len() - 1)
        });
        (thread.id, thread.parent, thread.last, thread.ticket) = (id, parent, last, self.ticket());
        let bytes = thread.variables.own_bytes();
        self.run_mut(thread.run).variable_bytes += bytes;
        if let Some(visit) = &mut thread.visit {
            visit.retries = 0;
            visit.used.fill(0);
        }
        if let Doing::Join(join) = &mut thread.doing {
            let mut unfinished = std::mem::take(&mut join.unfinished);
            unfinished.sort_by_key(|(index, _)| *index);
            for (index, unfinished) in unfinished {
                let child = self.resume(unfinished, Some((id, index)), last);
                join.running.insert(index, child);
            }
        }
        self.redrive_map_run(&mut thread);
        self.park(thread);
        self.ready.push_back(id);
        id
    }

    /// Schedules the unsuccessful children of a map run, as many as may run at once.
    fn redrive_map_run(&mut self, thread: &mut Thread) {
        let now = self.now;
        let Doing::Join(join) = &mut thread.doing else { return };
        let JoinKind::MapRun(run) = &mut join.kind else { return };
        let Some(record) = self.map_runs.get_mut(run.record) else { return };
        record.status = Status::Running;
        record.stopped = None;
        record.redrive_count += 1;
        record.redriven = Some(now);
        let redrive_count = record.redrive_count;
        let details = Details::MapRunRedriven { map_run_arn: Arc::clone(&record.arn), redrive_count };
        run.failed.clear();
        run.failed_items = 0;
        run.again.clear();
        for (index, child) in record.children.iter().enumerate() {
            let child = child.filter(|child| self.runs.get(child.0).is_some_and(|run| run.status != Status::Succeeded));
            if let Some(child) = child {
                run.again.push_back((index, child));
                if let Some(place) = join.results.get_mut(index) {
                    *place = None;
                }
            }
        }
        join.pending = join.results.iter().filter(|result| result.is_none()).count();
        self.record(thread, EventType::MapRunRedriven, details);
    }

    /// Continues a child of a map run: a Standard one from where it failed, an Express one from the start.
    pub(super) fn redrive_child(
        &mut self,
        parent: ThreadId,
        (index, child): (usize, RunId),
        map: &MapProgram,
        item: Option<MapItem>,
    ) -> Option<ThreadId> {
        self.run_mut(child).owner = Some((parent, index));
        let kind = map.distributed.as_ref().map(|distributed| distributed.children).unwrap_or_default();
        if kind == MachineType::Standard
            && let Some(thread) = self.redrive_run(child)
        {
            return Some(thread);
        }
        let now = self.now;
        let run = self.run_mut(child);
        run.status = Status::Running;
        (run.error, run.cause, run.output, run.stopped) = (None, None, None, None);
        run.started = now;
        run.variable_bytes = 0;
        run.history = Events::default();
        run.redrive_count += 1;
        run.redriven = Some(now);
        let input = run.input.clone();
        let details = Details::ExecutionStarted { input: input.clone(), role_arn: self.start.role_arn.as_str().into() };
        self.emit(child, 0, EventType::ExecutionStarted, details);
        if let Some(seconds) = Self::time_limit(kind) {
            self.set_timer(seconds, ThreadId(0), 0, TimerKind::Execution(child));
        }
        let doing = Doing::Enter(map.start, input);
        Some(self.spawn(child, None, Variables::default(), item, 0, doing, true))
    }

    /// Keeps the threads of a run that has just ended without success.
    pub(super) fn keep_unfinished(&mut self, id: RunId) {
        let is_kept = self.keeps && matches!(self.run(id).status, Status::Failed | Status::TimedOut | Status::Aborted);
        if !is_kept || self.run(id).unfinished.is_some() {
            return;
        }
        let mut threads = self.threads.iter().flatten();
        let root = threads.find(|thread| thread.run == id && thread.parent.is_none()).map(|thread| thread.id);
        if let Some(thread) = root.and_then(|root| self.take(root)) {
            self.release(thread.id);
            let thread = self.settle_unfinished(thread);
            self.run_mut(id).unfinished = Some(thread);
        }
    }

    /// Resets a thread and its child threads to where they begin again.
    pub(super) fn settle_unfinished(&mut self, mut thread: Box<Thread>) -> Box<Thread> {
        self.tasks.remove(&TaskId(thread.ticket));
        self.requests.retain(|request| request.id.0 != thread.ticket);
        thread.doing = match std::mem::replace(&mut thread.doing, Doing::Done) {
            Doing::Join(mut join) => {
                if matches!(join.kind, JoinKind::MapRun(_)) {
                    // Its children are separate runs, and are kept there.
                    if self.goes_on(&join)
                        && let Some(visit) = thread.visit.take()
                    {
                        self.stop_map_run(&thread, &visit, &mut join);
                        thread.visit = Some(visit);
                    }
                } else {
                    for (index, child) in std::mem::take(&mut join.running) {
                        if let Some(child) = self.take(child) {
                            self.release(child.id);
                            let child = self.settle_unfinished(child);
                            join.unfinished.push((index, child));
                        }
                    }
                }
                Doing::Join(join)
            }
            doing @ (Doing::Enter(..) | Doing::Awake) => doing,
            _ => Doing::Again,
        };
        thread
    }
}
