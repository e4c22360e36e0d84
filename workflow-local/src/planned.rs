//! What comes for tasks at times that are known: heartbeats and answers, by the execution's clock.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::answers::Given;
use crate::clock::Instant;
use crate::execution::Execution;
use crate::payload::Payload;
use crate::task::{TaskError, TaskId, TaskRequest};

/// Something that comes for a task.
pub(crate) enum Act {
    Heartbeat,
    Answer(Result<Value, TaskError>),
}

/// What comes, in the order in which it was planned.
#[derive(Default)]
pub(crate) struct Planned {
    acts: BTreeMap<(Instant, u64), (TaskId, Act)>,
    count: u64,
}

impl Planned {
    /// Plans what comes for a task that was asked for now.
    pub(crate) fn add(&mut self, execution: &mut Execution, request: &TaskRequest, given: Given) {
        begin(execution, request);
        if request.is_activity {
            let _ = execution.start_activity(request.id, None);
        }
        let now = execution.now();
        let mut beat = now;
        for _ in 0..given.heartbeats {
            beat = beat.after(given.heartbeat_every);
            self.at(beat, request.id, Act::Heartbeat);
        }
        if let Some(answer) = given.answer {
            self.at(now.after(given.after), request.id, Act::Answer(answer));
        }
    }

    /// Plans that something comes for a task at a time.
    pub(crate) fn at(&mut self, time: Instant, task: TaskId, act: Act) {
        self.count += 1;
        self.acts.insert((time, self.count), (task, act));
    }

    /// When the next of it comes.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.acts.first_key_value().map(|((time, _), _)| *time)
    }

    /// Tells the execution what time it is, and what has come by then. Time-outs of an instant come before the answers
    /// planned for it.
    pub(crate) fn advance_to(&mut self, execution: &mut Execution, time: Instant) {
        execution.advance_to(time);
        while let Some(entry) = self.acts.first_entry() {
            if entry.key().0 > time {
                break;
            }
            let (task, act) = entry.remove();
            match act {
                Act::Heartbeat => {
                    let _ = execution.heartbeat(task);
                }
                Act::Answer(answer) => settle(execution, task, answer),
            }
        }
    }
}

/// The service took the task, but has not answered it: a job runs, a callback is awaited.
pub(crate) fn begin(execution: &mut Execution, request: &TaskRequest) {
    submit(execution, request, Payload::empty());
}

/// As [`begin`], with what the service answered.
pub(crate) fn submit(execution: &mut Execution, request: &TaskRequest, output: impl Into<Payload>) {
    let submitted = [".waitForTaskToken", ".sync", ".sync:2"];
    if submitted.iter().any(|pattern| request.resource.ends_with(pattern)) {
        let _ = execution.submit(request.id, output);
    }
}

/// Answers a task.
pub(crate) fn settle(execution: &mut Execution, id: TaskId, answer: Result<Value, TaskError>) {
    // An answer after the time-out is for nobody.
    let _ = match answer {
        Ok(output) => execution.succeed(id, output),
        Err(error) => execution.fail_task(id, error),
    };
}
