//! Handles the failure of a state: retries, catches, or fails the enclosing state.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use workflow_asl::document::{QueryLanguage, StateKind};
use workflow_asl::error_name::TIMEOUT;

use super::context::VisitContext;
use super::failure::Failure;
use super::finish::{StateExit, assigned, place};
use super::thread::{AfterSleep, Doing, Join, JoinKind, RunId, Thread, Visit};
use super::timer::TimerKind;
use super::{Execution, StateFailed, Status};
use crate::history::{Details, EventType};
use crate::payload::Payload;
use crate::program::retry_catch::{Catcher, Retrier};
use crate::program::{CoverageEvent, StateProgram};
use crate::query::Context;

impl StateProgram {
    /// Returns the matching retrier of an error, with its index.
    pub(super) fn retrier_for(&self, failure: &Failure) -> Option<(usize, &Retrier)> {
        self.retry
            .iter()
            .enumerate()
            .find(|(_, retrier)| retrier.errors.matches(failure.name(), failure.missed_heartbeat))
    }

    /// Returns the matching catcher of an error, with its index.
    pub(super) fn catcher_for(&self, failure: &Failure) -> Option<(usize, &Catcher)> {
        self.catch
            .iter()
            .enumerate()
            .find(|(_, catcher)| catcher.errors.matches(failure.name(), failure.missed_heartbeat))
    }
}

impl Execution {
    /// Handles the failure of a state.
    pub(super) fn fail(&mut self, mut thread: Box<Thread>, mut visit: Visit, mut failure: Failure) {
        let program = Arc::clone(&self.program);
        let state = program.state(visit.state);
        self.tell_evaluation(&mut thread, &visit, &failure);
        failure.evaluation = None;
        visit.exit_after = None;
        if failure.is_runtime() {
            self.note_failed(&thread, &visit, &failure, false);
            return self.fail_run(thread, visit, failure);
        }
        if let Some((at, retrier)) = state.retrier_for(&failure) {
            let used = visit.used.get(at).copied().unwrap_or_default();
            if used < retrier.max_attempts {
                if let Some(count) = visit.used.get_mut(at) {
                    *count += 1;
                }
                visit.retries += 1;
                self.took(visit.state, CoverageEvent::Retrier(at));
                let mut seconds = retrier.delay_seconds(used);
                if retrier.full_jitter {
                    seconds *= self.random.fraction();
                }
                let delay = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
                thread.visit = Some(visit);
                self.sleep(thread, self.now.after(delay), AfterSleep::Retry);
                return;
            }
        }
        let last = thread.last;
        self.tell_failed(&mut thread, state.kind());
        let Some((number, catcher)) = state.catcher_for(&failure) else {
            self.note_failed(&thread, &visit, &failure, false);
            return self.fail_thread(thread, visit, failure);
        };
        match self.caught(&thread, &visit, catcher, &failure) {
            Ok(exit) => {
                self.took(visit.state, CoverageEvent::Catcher(number));
                self.note_failed(&thread, &visit, &failure, true);
                self.exit(thread, visit, exit, Some(catcher.next));
            }
            Err(failure) if failure.is_runtime() => {
                self.note_failed(&thread, &visit, &failure, false);
                self.fail_run(thread, visit, failure);
            }
            Err(mut failure) => {
                // As measured on AWS (2024-12): the state fails a second time.
                thread.last = last;
                self.tell_evaluation(&mut thread, &visit, &failure);
                failure.evaluation = None;
                self.tell_failed(&mut thread, state.kind());
                self.note_failed(&thread, &visit, &failure, false);
                self.fail_thread(thread, visit, failure);
            }
        }
    }

    /// Records that a state failed and is not retried. If a catcher takes the failure, the next event is its exit.
    fn note_failed(&mut self, thread: &Thread, visit: &Visit, failure: &Failure, is_caught: bool) {
        let run = self.run_mut(thread.run);
        run.failed.push(StateFailed {
            state: Arc::clone(&visit.name),
            error: failure.error.clone(),
            missed_heartbeat: failure.missed_heartbeat,
            is_caught,
            events: run.history.len() as u64,
            previous: thread.last,
        });
    }

    /// Writes that a state with states inside failed.
    fn tell_failed(&mut self, thread: &mut Thread, kind: StateKind) {
        match kind {
            StateKind::Map => self.record(thread, EventType::MapStateFailed, Details::None),
            StateKind::Parallel => self.record(thread, EventType::ParallelStateFailed, Details::None),
            _ => {}
        }
    }

    /// Writes `EvaluationFailed`.
    fn tell_evaluation(&mut self, thread: &mut Thread, visit: &Visit, failure: &Failure) {
        let (Some(evaluation), Some(error), Some(cause)) = (&failure.evaluation, &failure.error, &failure.cause) else {
            return;
        };
        let details = Details::EvaluationFailed {
            error: Arc::clone(error),
            cause: Arc::clone(cause),
            location: evaluation.location.clone(),
            state: Arc::clone(&visit.name),
        };
        self.record(thread, EventType::EvaluationFailed, details);
    }

    /// Returns the exit of a state through a catcher.
    pub(super) fn caught(
        &self,
        thread: &Thread,
        visit: &Visit,
        catcher: &Catcher,
        failure: &Failure,
    ) -> Result<StateExit, Failure> {
        // Unknown members are null, but the cause of a timeout or of a call is text.
        let is_text = failure.cause_is_text || failure.error.as_deref() == Some(TIMEOUT);
        let cause = failure.cause.as_deref().or(is_text.then_some(""));
        let error_output = Payload::new(json!({ "Error": failure.error.as_deref(), "Cause": cause }));
        let source = VisitContext { execution: self, thread, visit, item: None };
        let context = Context::new(&source);
        let scope = self.scope(thread, visit, &context);
        let scope = scope.with_error(&error_output);
        let fails = |failure| Failure::query(visit, failure);
        let assigned = assigned(catcher.assign.as_ref(), &scope).map_err(fails)?;
        let output = match self.program.state(visit.state).language {
            QueryLanguage::JsonPath => place(&catcher.result_path, visit, error_output.clone())?,
            QueryLanguage::Jsonata => match &catcher.output {
                Some(output) => output.payload(&scope).map_err(fails)?,
                None => error_output.clone(),
            },
        };
        self.checked(thread, visit, output, assigned)
    }

    /// Handles `States.Runtime`, which ends the whole execution.
    fn fail_run(&mut self, mut thread: Box<Thread>, visit: Visit, failure: Failure) {
        let (run, last) = (thread.run, thread.last);
        thread.visit = Some(visit);
        self.park(thread);
        self.end_failed(run, last, failure);
    }

    /// Ends a run with a failure. The map that a child belongs to is notified.
    pub(super) fn end_failed(&mut self, run: RunId, last: u64, failure: Failure) {
        self.end_run(run, last, Status::Failed, failure);
        if run != RunId(0) {
            self.end_child_run(run);
        }
    }

    /// Handles a failure that the state does not: its branch or iteration fails, and so on outwards.
    fn fail_thread(&mut self, mut thread: Box<Thread>, visit: Visit, failure: Failure) {
        let Some((parent, index)) = thread.parent else { return self.fail_run(thread, visit, failure) };
        let (run, last) = (thread.run, thread.last);
        let kind = self.program.state(visit.state).kind();
        thread.visit = Some(visit);
        self.end_thread(&thread);
        let Some(mut parent) = self.take(parent) else { return };
        let (Doing::Join(mut join), Some(visit)) =
            (std::mem::replace(&mut parent.doing, Doing::Done), parent.visit.take())
        else {
            return;
        };
        join.running.remove(index);
        self.put_aside(index, thread, &mut join);
        match join.kind {
            JoinKind::Parallel => {
                if kind == StateKind::Task {
                    self.emit(run, last, EventType::TaskStateAborted, Details::None);
                }
            }
            JoinKind::Map | JoinKind::MapRun(_) => {
                let details = Details::MapIteration { name: Arc::clone(&visit.name), index };
                self.emit(run, last, EventType::MapIterationFailed, details);
            }
        }
        self.abort_running(&visit.name, &mut join);
        parent.last = last;
        // Kept for a redrive, unless the state retries or catches.
        parent.doing = Doing::Join(join);
        self.fail(parent, visit, failure);
    }

    /// Keeps a branch or iteration that did not succeed, if a redrive may need it.
    fn put_aside(&mut self, index: usize, thread: Box<Thread>, join: &mut Join) {
        if self.keeps {
            let thread = self.settle_unfinished(thread);
            join.unfinished.push((index, thread));
        }
    }

    /// Stops the other branches or iterations of a failed state.
    pub(super) fn abort_running(&mut self, name: &Arc<str>, join: &mut Join) {
        for (index, id) in std::mem::take(&mut join.running) {
            let Some(mut thread) = self.take(id) else { continue };
            let (run, last) = (thread.run, thread.last);
            self.tasks.remove(&crate::task::TaskId(thread.ticket));
            self.requests.retain(|request| request.id.0 != thread.ticket);
            if let Some(visit) = thread.visit.take() {
                let kind = match self.program.state(visit.state).kind() {
                    StateKind::Task => Some(EventType::TaskStateAborted),
                    StateKind::Wait => Some(EventType::WaitStateAborted),
                    StateKind::Parallel => Some(EventType::ParallelStateAborted),
                    StateKind::Map => Some(EventType::MapStateAborted),
                    _ => None,
                };
                let mut doing = std::mem::replace(&mut thread.doing, Doing::Done);
                if let Doing::Join(inner) = &mut doing {
                    self.stop_map_run(&thread, &visit, inner);
                }
                if let Some(kind) = kind {
                    self.emit(run, last, kind, Details::None);
                }
                (thread.doing, thread.visit) = (doing, Some(visit));
            }
            if matches!(join.kind, JoinKind::MapRun(_)) {
                self.park(thread);
                self.end_run(run, last, Status::Aborted, Failure { error: None, ..Failure::timeout(false) });
                // Its owner must not be notified.
                self.run_mut(run).owner = None;
                self.end_child_run(run);
                continue;
            }
            if matches!(join.kind, JoinKind::Map) {
                let details = Details::MapIteration { name: Arc::clone(name), index };
                self.emit(run, last, EventType::MapIterationAborted, details);
            }
            self.end_thread(&thread);
            self.put_aside(index, thread, join);
        }
    }

    /// Sleeps until a time.
    pub(super) fn sleep(&mut self, mut thread: Box<Thread>, until: crate::clock::Instant, then: AfterSleep) {
        thread.ticket = self.ticket();
        thread.doing = Doing::Sleep(then);
        let (id, ticket) = (thread.id, thread.ticket);
        self.park(thread);
        self.set_timer_at(until, id, ticket, TimerKind::Wake);
    }
}
