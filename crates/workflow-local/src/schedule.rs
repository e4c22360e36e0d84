//! Delivers answers and heartbeats to the tasks of an execution, at once or at a known time of its clock.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::answers::TimedAnswer;
use crate::clock::Instant;
use crate::execution::Answer;
use crate::execution::Execution;
use crate::payload::Payload;
use crate::task::{TaskError, TaskId, TaskRequest};

/// An event for a task.
pub(crate) enum TaskEvent {
    Heartbeat,
    Answer(Result<Value, TaskError>),
}

/// A receiver of task events: an [`Execution`], or a wrapper that records them.
pub trait Tasks {
    /// Returns the current time: see [`Execution::now`].
    fn present(&self) -> Instant;
    /// See [`Execution::advance_to`].
    fn advance_to(&mut self, time: Instant);
    /// See [`Execution::submit`].
    fn submit(&mut self, id: TaskId, output: Payload) -> Answer;
    /// See [`Execution::heartbeat`].
    fn heartbeat(&mut self, id: TaskId) -> Answer;
    /// See [`Execution::start_activity`].
    fn start_activity(&mut self, id: TaskId, worker_name: Option<&str>) -> Answer;
    /// See [`Execution::succeed`].
    fn succeed(&mut self, id: TaskId, output: Value) -> Answer;
    /// See [`Execution::fail_task`].
    fn fail_task(&mut self, id: TaskId, error: TaskError) -> Answer;
}

impl Tasks for Execution {
    fn present(&self) -> Instant {
        self.now()
    }

    fn advance_to(&mut self, time: Instant) {
        self.advance_to(time);
    }

    fn submit(&mut self, id: TaskId, output: Payload) -> Answer {
        self.submit(id, output)
    }

    fn heartbeat(&mut self, id: TaskId) -> Answer {
        self.heartbeat(id)
    }

    fn start_activity(&mut self, id: TaskId, worker_name: Option<&str>) -> Answer {
        self.start_activity(id, worker_name)
    }

    fn succeed(&mut self, id: TaskId, output: Value) -> Answer {
        self.succeed(id, output)
    }

    fn fail_task(&mut self, id: TaskId, error: TaskError) -> Answer {
        self.fail_task(id, error)
    }
}

/// The scheduled events for an execution's tasks, in the order of scheduling.
#[derive(Default)]
pub struct TaskSchedule {
    acts: BTreeMap<(Instant, u64), (TaskId, TaskEvent)>,
    count: u64,
}

impl fmt::Debug for TaskSchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskSchedule").field("count", &self.count).finish_non_exhaustive()
    }
}

impl TaskSchedule {
    /// Schedules the events for a task that was requested now.
    pub fn add(&mut self, execution: &mut impl Tasks, request: &TaskRequest, given: TimedAnswer) {
        begin(execution, request);
        if request.is_activity {
            let _ = execution.start_activity(request.id, None);
        }
        let now = execution.present();
        let mut beat = now;
        for _ in 0..given.heartbeats {
            beat = beat.after(given.heartbeat_every);
            self.at(beat, request.id, TaskEvent::Heartbeat);
        }
        if let Some(answer) = given.answer {
            self.at(now.after(given.after), request.id, TaskEvent::Answer(answer));
        }
    }

    /// Schedules an event for a task at a time.
    pub(crate) fn at(&mut self, time: Instant, task: TaskId, act: TaskEvent) {
        self.count += 1;
        self.acts.insert((time, self.count), (task, act));
    }

    /// Returns the time of the next event.
    pub fn next(&self) -> Option<Instant> {
        self.acts.first_key_value().map(|((time, _), _)| *time)
    }

    /// Advances the execution's time, and delivers the events due by then. Timeouts come before answers scheduled for
    /// the same time.
    pub fn advance_to(&mut self, execution: &mut impl Tasks, time: Instant) {
        execution.advance_to(time);
        while let Some(entry) = self.acts.first_entry() {
            if entry.key().0 > time {
                break;
            }
            let (task, act) = entry.remove();
            match act {
                TaskEvent::Heartbeat => {
                    let _ = execution.heartbeat(task);
                }
                TaskEvent::Answer(answer) => settle(execution, task, answer),
            }
        }
    }
}

/// Records that the service has accepted the task but not answered it: a job runs, or a callback is awaited.
pub fn begin(execution: &mut impl Tasks, request: &TaskRequest) {
    submit(execution, request, Payload::empty());
}

/// Like [`begin`], with the service's response.
pub(crate) fn submit(execution: &mut impl Tasks, request: &TaskRequest, output: impl Into<Payload>) {
    let submitted = [".waitForTaskToken", ".sync", ".sync:2"];
    if submitted.iter().any(|pattern| request.resource.ends_with(pattern)) {
        let _ = execution.submit(request.id, output.into());
    }
}

/// Answers a task. An answer after the task's end has no effect.
pub fn settle(execution: &mut impl Tasks, id: TaskId, answer: Result<Value, TaskError>) {
    // A late answer has no effect, and the execution reports a rejected one.
    let _ = match answer {
        Ok(output) => execution.succeed(id, output),
        Err(error) => execution.fail_task(id, error),
    };
}
