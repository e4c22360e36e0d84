//! The distributed map: a map run whose children are executions with histories of their own.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html>

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use serde_json::Value;
use workflow_asl::error_name::{DATA_LIMIT_EXCEEDED, ITEM_READER_FAILED, RESULT_WRITER_FAILED};

use super::failure::Failure;
use super::result_writer::Writing;
use super::thread::{Doing, Join, JoinKind, MapItem, MapItems, MapRun, RunId, Thread, ThreadId, Visit};
use super::timer::TimerKind;
use super::{Execution, Run, Status, Variables, items};
use crate::arn;
use crate::history::{Compaction, Details, EventType, Events};
use crate::item_reader;
use crate::payload::Payload;
use crate::program::{Batcher, Distributed, MapProgram, Reader, Transformation, Work, Writer};

/// The number of failed children of a map run whose histories can be kept.
const KEPT: usize = 5;

impl Execution {
    pub(super) fn start_map_run(
        &mut self,
        mut thread: Box<Thread>,
        visit: Visit,
        map: &MapProgram,
        distributed: &Distributed,
        mut join: Box<Join>,
        unreadable: Option<Failure>,
    ) {
        let (tolerated_count, tolerated_percentage) = match self.tolerated(&thread, &visit, distributed) {
            Ok(tolerated) => tolerated,
            Err(failure) => return self.fail(thread, visit, failure),
        };
        let max_concurrency = match self.amount(&thread, &visit, map.max_concurrency.as_ref()) {
            Ok(most) => most.map(size).unwrap_or_default(),
            Err(failure) => return self.fail(thread, visit, failure),
        };
        let uuid = self.random.uuid();
        let label = distributed.label.clone().unwrap_or_else(|| self.random.uuid().into());
        // Labels are unique within a machine: a map inside a child has that machine's name too.
        let arn: Arc<str> = arn::map_run(&self.start.state_machine_arn, &label, &uuid).into();
        let read = match &distributed.reader {
            Some(reader) => match self.reader_arguments(&thread, &visit, reader) {
                Ok(read) => Some((reader, read)),
                Err(failure) => return self.fail(thread, visit, failure),
            },
            None => None,
        };
        self.record(&mut thread, EventType::MapRunStarted, Details::MapRunStarted { map_run_arn: Arc::clone(&arn) });
        self.map_runs.push(super::MapRun {
            arn: Arc::clone(&arn),
            of: thread.run,
            label: Arc::clone(&label),
            kind: distributed.children,
            status: Status::Running,
            started: self.now,
            stopped: None,
            max_concurrency,
            tolerated_count,
            tolerated_percentage,
            children: Vec::new(),
            batch_sizes: Vec::new(),
            writes: distributed.writer.is_some(),
            redrive_count: 0,
            redriven: None,
        });
        let record = self.map_runs.len().saturating_sub(1);
        if let Some(failure) = unreadable {
            return self.fail_map_run(thread, visit, record, failure);
        }
        if let Some((reader, (arguments, most))) = read {
            let read = match most {
                Some(most) if most < 0.0 => Err("field MaxItems must be positive".to_owned()),
                most => {
                    let most = most.map(size).unwrap_or_default();
                    match self.given_items.as_ref().and_then(|given| given(&visit.name)) {
                        Some(items) => {
                            let source = item_reader::source(reader, &arguments).into();
                            item_reader::listed(Value::Array(items), &source, most)
                        }
                        None => item_reader::read(reader, &arguments, &*self.store, most),
                    }
                }
            };
            match read {
                Ok(items) => join.items = MapItems::Kept(items.into_iter().enumerate().map(MapItem::of_read).collect()),
                Err(cause) => {
                    return self.fail_map_run(thread, visit, record, Failure::new(ITEM_READER_FAILED, Some(cause)));
                }
            }
        }
        let total_items = join.items.len();
        let mut batch_sizes = Vec::new();
        if let Some(batcher) = &distributed.batcher {
            match self.batch(&thread, &visit, map, batcher, join.items.kept()) {
                Ok(batches) => {
                    batch_sizes = batches.iter().map(|(_, size)| *size).collect();
                    let item = |(index, (value, _))| MapItem { index, value, origin: None };
                    join.items = MapItems::Kept(batches.into_iter().enumerate().map(item).collect());
                }
                Err(failure) if failure.name() == Some(DATA_LIMIT_EXCEEDED) => {
                    return self.fail_map_run(thread, visit, record, failure);
                }
                Err(failure) => {
                    self.close_map_run(record, EventType::MapRunFailed);
                    return self.fail(thread, visit, failure);
                }
            }
        }
        let writing = match self.writing(&thread, &visit, distributed.writer.as_ref()) {
            Ok(writing) => writing,
            Err(failure) => {
                self.close_map_run(record, EventType::MapRunFailed);
                return self.fail(thread, visit, failure);
            }
        };
        join.results = vec![None; join.items.len()];
        join.pending = join.items.len();
        if let Some(kept) = self.map_runs.get_mut(record) {
            kept.children = vec![None; join.items.len()];
            kept.batch_sizes = batch_sizes.clone();
        }
        join.kind = JoinKind::MapRun(Box::new(MapRun {
            failed_items: 0,
            failed: BTreeSet::new(),
            again: VecDeque::new(),
            record,
            total_items,
            batch_sizes,
            arn,
            label,
            writing,
        }));
        thread.visit = Some(visit);
        if join.pending == 0 {
            return self.end_map_run(thread, join);
        }
        self.launch(thread, join);
    }

    pub(super) fn tolerated(
        &self,
        thread: &Thread,
        visit: &Visit,
        distributed: &Distributed,
    ) -> Result<(Option<f64>, Option<f64>), Failure> {
        let count = self.amount(thread, visit, distributed.tolerated_count.as_ref())?;
        let percentage = self.amount(thread, visit, distributed.tolerated_percentage.as_ref())?;
        Ok((count, percentage))
    }

    /// Returns the reader's request, and the maximum number of items to read (0 for all).
    pub(super) fn reader_arguments(
        &self,
        thread: &Thread,
        visit: &Visit,
        reader: &Reader,
    ) -> Result<(Value, Option<f64>), Failure> {
        let arguments = self.evaluate(thread, visit, |scope| reader.arguments.evaluate(scope))?;
        let most = self.amount(thread, visit, reader.max_items.as_ref())?;
        Ok((arguments, most))
    }

    fn writing(&self, thread: &Thread, visit: &Visit, writer: Option<&Writer>) -> Result<Writing, Failure> {
        let Some(writer) = writer else {
            return Ok(Writing { to: None, transformation: Transformation::Compact, lines: false });
        };
        let to = match &writer.arguments {
            Some(arguments) => Some(self.evaluate(thread, visit, |scope| arguments.evaluate(scope))?),
            None => None,
        };
        Ok(Writing { to, transformation: writer.transformation, lines: writer.lines })
    }

    pub(super) fn batch(
        &self,
        thread: &Thread,
        visit: &Visit,
        map: &MapProgram,
        batcher: &Batcher,
        items: &[MapItem],
    ) -> Result<Vec<(Payload, usize)>, Failure> {
        let most = self.amount(thread, visit, batcher.max_items.as_ref())?;
        let most_bytes = self.amount(thread, visit, batcher.max_bytes.as_ref())?;
        let input = match &batcher.input {
            Some(input) => Some(self.evaluate(thread, visit, |scope| input.evaluate(scope))?),
            None => None,
        };
        let selected = items.iter().map(|item| match &map.selector {
            Some(selector) => self.select_item(thread, visit, selector, item),
            None => Ok(item.input()),
        });
        let selected = selected.collect::<Result<Vec<_>, _>>()?;
        let (most, most_bytes) = (most.map(size).unwrap_or_default(), most_bytes.map(size).unwrap_or_default());
        items::batches(selected, most, most_bytes, input.as_ref()).map_err(|bytes| {
            let cause = format!(
                "An item has {bytes} bytes, more than the {most_bytes} that MaxInputBytesPerBatch allows for a batch."
            );
            Failure::new(DATA_LIMIT_EXCEEDED, Some(cause))
        })
    }

    /// Starts the child execution of an item or batch.
    pub(super) fn spawn_child(
        &mut self,
        parent: ThreadId,
        index: usize,
        map: &MapProgram,
        map_run: &MapRun,
        input: Payload,
        item: MapItem,
    ) -> ThreadId {
        let name: Arc<str> = self.random.uuid().into();
        let kind = map.distributed.as_ref().map(|distributed| distributed.children).unwrap_or_default();
        let machine_arn = arn::children(&self.start.state_machine_arn, &map_run.label);
        let run = self.add_run(Run {
            arn: arn::execution(&machine_arn, kind, &name, || self.random.uuid()).into(),
            machine_arn: machine_arn.into(),
            machine_name: format!("{}/{}", self.start.state_machine_name, map_run.label).into(),
            name,
            input: input.clone(),
            started: self.now,
            history: Events::default(),
            recent: Compaction::default(),
            status: Status::Running,
            output: None,
            error: None,
            cause: None,
            stopped: None,
            failed: Vec::new(),
            variable_bytes: 0,
            owner: Some((parent, index)),
            map_run: Some(map_run.record),
            unfinished: None,
            redrive_count: 0,
            redriven: None,
        });
        let place = self.map_runs.get_mut(map_run.record).and_then(|record| record.children.get_mut(index));
        if let Some(place) = place {
            *place = Some(run);
        }
        if let Some(seconds) = Self::time_limit(kind) {
            self.set_timer(seconds, ThreadId(0), 0, TimerKind::Execution(run));
        }
        // Children start without their parent's variables.
        let doing = Doing::Enter(map.start, input);
        self.spawn(run, None, Variables::default(), Some(item), 0, doing, true)
    }

    /// Ends a failed child: its remaining threads are removed, and its parent is notified.
    pub(super) fn end_child_run(&mut self, run: RunId) {
        let left: Vec<_> =
            self.threads.iter().flatten().filter(|thread| thread.run == run).map(|thread| thread.id).collect();
        for id in left {
            if let Some(mut thread) = self.take(id) {
                // Nested work has no parent to notify.
                if let (Doing::Join(mut join), Some(visit)) =
                    (std::mem::replace(&mut thread.doing, Doing::Done), thread.visit.take())
                    && matches!(join.kind, JoinKind::MapRun(_))
                {
                    self.stop_map_run(&thread, &visit, &mut join);
                }
                self.tasks.remove(&crate::task::TaskId(thread.ticket));
                self.requests.retain(|request| request.id.0 != thread.ticket);
                self.release(id);
            }
        }
        if let Some((parent, index)) = self.run(run).owner {
            self.map_run_child_ended(parent, index, run);
        }
    }

    /// Handles the end of a child of a map run.
    pub(super) fn map_run_child_ended(&mut self, parent: ThreadId, index: usize, child: RunId) {
        let Some(mut parent) = self.take(parent) else { return };
        let Doing::Join(mut join) = std::mem::replace(&mut parent.doing, Doing::Done) else { return };
        join.running.remove(index);
        join.pending = join.pending.saturating_sub(1);
        let (keeps, keeps_failed) = (self.keeps, self.keeps_failed);
        let ended = self.run_mut(child);
        let status = ended.status;
        let JoinKind::MapRun(run) = &mut join.kind else { return };
        let is_kept = keeps || keeps_failed && status != Status::Succeeded && run.failed.len() < KEPT;
        if !is_kept {
            // A large map would keep them all.
            ended.history = Events::default();
        }
        if let Some(place) = join.results.get_mut(index) {
            *place = Some(self.result_of(&run.writing, child));
        }
        if status != Status::Succeeded {
            run.failed.insert(index);
            run.failed_items += run.batch_sizes.get(index).copied().unwrap_or(1);
            if self.exceeds_tolerance(&join) {
                return self.exceed_tolerance(parent, join);
            }
        }
        if join.pending == 0 {
            return self.end_map_run(parent, join);
        }
        self.launch(parent, join);
    }

    /// Handles more failed items than the map tolerates: the other children are stopped, and existing results are
    /// exported.
    pub(super) fn exceed_tolerance(&mut self, mut parent: Box<Thread>, mut join: Box<Join>) {
        let Some(visit) = parent.visit.take() else { return };
        if let JoinKind::MapRun(run) = &join.kind {
            self.close_map_run(run.record, EventType::MapRunFailed);
        }
        self.stop_map_run(&parent, &visit, &mut join);
        let JoinKind::MapRun(run) = &join.kind else { return };
        let record = run.record;
        // Kept for a redrive, unless the state retries or catches.
        parent.doing = Doing::Join(join);
        self.fail_map_run(parent, visit, record, Failure::threshold_exceeded());
    }

    /// Stops a map run's children and exports the results, including the results of children that were not started.
    pub(super) fn stop_map_run(&mut self, parent: &Thread, visit: &Visit, join: &mut Join) {
        let children: Vec<_> = join
            .running
            .iter()
            .filter_map(|(index, id)| Some((index, self.threads.get(id.0)?.as_ref()?.run)))
            .collect();
        self.abort_running(&visit.name, join);
        let Join { kind: JoinKind::MapRun(run), results, items, next, .. } = join else { return };
        self.close_map_run(run.record, EventType::MapRunAborted);
        if run.writing.to.is_none() {
            return;
        }
        for (index, child) in children {
            run.failed.insert(index);
            if let Some(place) = results.get_mut(index) {
                *place = Some(self.result_of(&run.writing, child));
            }
        }
        let program = Arc::clone(&self.program);
        let Work::Map(map) = &program.state(visit.state).work else { return };
        let not_started = items.kept().get(*next..).unwrap_or_default().iter();
        // If the selector fails for an item, its input is unknown.
        let input = |item: &MapItem| self.item_input(parent, visit, map, item).unwrap_or_else(|_| item.input());
        let pending: Vec<_> = not_started.map(input).collect();
        if let (JoinKind::MapRun(run), Some(to)) = (&join.kind, join.destination()) {
            // The reason for the stop is reported, not a failure to write the results.
            let _ = self.write_results(run, to, join, &pending);
        }
    }

    /// Stops open map runs when the execution ends, and exports their results.
    pub(super) fn stop_map_runs(&mut self) {
        let waiting: Vec<_> = self
            .threads
            .iter()
            .flatten()
            .filter(|thread| {
                let is_map_run = |doing: &Doing| match doing {
                    Doing::Join(join) => matches!(join.kind, JoinKind::MapRun(_)),
                    _ => false,
                };
                thread.run == RunId(0) && is_map_run(&thread.doing)
            })
            .map(|thread| thread.id)
            .collect();
        for id in waiting {
            let Some(mut thread) = self.take(id) else { continue };
            if let (Some(visit), Doing::Join(mut join)) =
                (thread.visit.take(), std::mem::replace(&mut thread.doing, Doing::Done))
            {
                self.stop_map_run(&thread, &visit, &mut join);
                (thread.doing, thread.visit) = (Doing::Join(join), Some(visit));
            }
            if let Some(place) = self.threads.get_mut(id.0) {
                *place = Some(thread);
            }
        }
    }

    fn end_map_run(&mut self, mut thread: Box<Thread>, join: Box<Join>) {
        let JoinKind::MapRun(run) = &join.kind else { return };
        let record = run.record;
        let result = match &run.writing.to {
            Some(arguments) => self.write_results(run, arguments, &join, &[]),
            None => Ok(run.results(join.results)),
        };
        let Some(mut visit) = thread.visit.take() else { return };
        let result = match result {
            Ok(result) => Payload::new(result),
            Err(cause) => {
                return self.fail_map_run(thread, visit, record, Failure::new(RESULT_WRITER_FAILED, Some(cause)));
            }
        };
        self.close_map_run(record, EventType::MapRunSucceeded);
        // Measured on AWS since 2024-11: `Exited` follows the start of the map run.
        visit.exit_after = Some(thread.last);
        self.record(&mut thread, EventType::MapRunSucceeded, Details::None);
        // The item is counted before anything is selected from it.
        if result.is_too_large() {
            let failure = Failure::too_large(&visit.name);
            return self.fail(thread, visit, failure);
        }
        self.record(&mut thread, EventType::MapStateSucceeded, Details::None);
        let program = Arc::clone(&self.program);
        self.finish(&program, thread, visit, result);
    }

    pub(super) fn fail_map_run(&mut self, mut thread: Box<Thread>, visit: Visit, record: usize, failure: Failure) {
        self.close_map_run(record, EventType::MapRunFailed);
        let details = Details::Failure { error: failure.error.clone(), cause: failure.cause.clone() };
        self.record(&mut thread, EventType::MapRunFailed, details);
        self.fail(thread, visit, failure);
    }
}

impl Join {
    fn destination(&self) -> Option<&Value> {
        match &self.kind {
            JoinKind::MapRun(run) => run.writing.to.as_ref(),
            _ => None,
        }
    }
}

/// Returns whether more items failed than the count, or the percentage of all of them, allows. A limit of 0 counts as not
/// set, as the service stores one that is absent. Without a limit, no failure is allowed.
#[expect(clippy::cast_precision_loss, reason = "counts of items are far below 2^53")]
pub(super) fn exceeds((count, percentage): (Option<f64>, Option<f64>), failed: usize, total: usize) -> bool {
    let (failed, total) = (failed as f64, total as f64);
    let set = |limit: Option<f64>| limit.filter(|limit| *limit > 0.0);
    match (set(count), set(percentage)) {
        (None, None) => failed > 0.0,
        (count, percentage) => {
            count.is_some_and(|count| failed > count)
                || percentage.is_some_and(|percentage| failed * 100.0 > percentage * total)
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates, which limits nothing")]
pub(super) fn size(number: f64) -> usize {
    number as usize
}
