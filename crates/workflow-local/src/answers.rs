//! Numbered answers to tasks: fail twice, then succeed; answer late, send heartbeats, or never answer.

use std::borrow::Cow;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use workflow_asl::error_name::TASK_FAILED;

use crate::handlers::{ClosureKind, Handler, Reply};
use crate::task::TaskError;

/// A sequence of answers to the tasks of a state, Lambda function or resource.
///
/// Tasks are counted over the whole execution: retries, further visits and iterations alike, and the tasks of every
/// state that calls the function or resource. An execution that needs more answers stops with
/// [`RunError::NoAnswerLeft`](crate::RunError::NoAnswerLeft), unless [`then`](Self::then) or a similar method sets the
/// answer to all further tasks.
///
/// ```
/// use std::time::Duration;
/// use serde_json::json;
/// use workflow_local::{Answers, Engine};
///
/// let engine = Engine::new(&json!({
///     "StartAt": "Approve",
///     "States": { "Approve": {
///         "Type": "Task",
///         "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
///         "Parameters": { "QueueUrl": "q", "MessageBody.$": "$$.Task.Token" },
///         "HeartbeatSeconds": 60,
///         "Retry": [{ "ErrorEquals": ["Busy", "States.HeartbeatTimeout"] }],
///         "End": true
///     } }
/// }))?
/// .on_state_answers(
///     "Approve",
///     Answers::new()
///         .fails(1, "Busy")
///         .never(1)
///         .gives(1, json!({ "approved": true })).after(Duration::from_secs(150)).heartbeats(Duration::from_secs(50), 2),
/// );
/// let execution = engine.run(&json!({}))?;
/// execution.assert_output(json!({ "approved": true }));
/// // A second until the first retry, a missed heartbeat, two seconds until the next, the callback.
/// assert_eq!(execution.started_at().until(execution.now()), Duration::from_secs(1 + 60 + 2 + 150));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Answers {
    given: Vec<(u64, TimedAnswer)>,
    /// The answer to all further tasks.
    rest: Option<TimedAnswer>,
}

/// An answer and its time.
#[derive(Clone, Debug)]
pub struct TimedAnswer {
    /// `None` for never.
    pub(crate) answer: Option<Result<Value, TaskError>>,
    /// The time after the request, by the execution's clock.
    pub(crate) after: Duration,
    pub(crate) heartbeat_every: Duration,
    pub(crate) heartbeats: u32,
}

impl TimedAnswer {
    fn new(answer: Option<Result<Value, TaskError>>) -> Self {
        Self { answer, after: Duration::ZERO, heartbeat_every: Duration::ZERO, heartbeats: 0 }
    }

    fn is_immediate(&self) -> bool {
        self.after.is_zero() && self.heartbeats == 0
    }
}

impl From<&'static str> for TaskError {
    /// Creates a failure with this error name.
    fn from(error: &'static str) -> Self {
        Self::new(Cow::Borrowed(error))
    }
}

fn value(value: impl Serialize) -> TimedAnswer {
    TimedAnswer::new(Some(serde_json::to_value(value).map_err(|error| {
        TaskError::new(TASK_FAILED).with_cause(format!("the answer that was given is not JSON: {error}"))
    })))
}

impl Answers {
    /// Creates an empty sequence.
    pub fn new() -> Self {
        Self::default()
    }

    fn next(mut self, times: u64, given: TimedAnswer) -> Self {
        self.once();
        self.given.push((times, given));
        self
    }

    fn all_further(mut self, given: TimedAnswer) -> Self {
        self.once();
        self.rest = Some(given);
        self
    }

    /// Turns the answer to all further tasks into an answer to the next one, because another answer follows.
    fn once(&mut self) {
        self.given.extend(self.rest.take().map(|given| (1, given)));
    }

    /// Makes the next `times` tasks succeed with a value: the resource's result, as for
    /// [`Engine::on_state`](crate::Engine::on_state), or the function's, as for
    /// [`Engine::on_lambda`](crate::Engine::on_lambda).
    #[must_use]
    pub fn gives(self, times: u64, result: impl Serialize) -> Self {
        self.next(times, value(result))
    }

    /// Makes the next `times` tasks fail.
    #[must_use]
    pub fn fails(self, times: u64, error: impl Into<TaskError>) -> Self {
        self.next(times, TimedAnswer::new(Some(Err(error.into()))))
    }

    /// Leaves the next `times` tasks unanswered, so that they time out.
    #[must_use]
    pub fn never(self, times: u64) -> Self {
        self.next(times, TimedAnswer::new(None))
    }

    /// Makes all further tasks succeed with a value; only the next one if another answer follows.
    #[must_use]
    pub fn then(self, result: impl Serialize) -> Self {
        self.all_further(value(result))
    }

    /// Makes all further tasks fail; only the next one if another answer follows.
    #[must_use]
    pub fn then_fails(self, error: impl Into<TaskError>) -> Self {
        self.all_further(TimedAnswer::new(Some(Err(error.into()))))
    }

    /// Leaves all further tasks unanswered; only the next one if another answer follows.
    #[must_use]
    pub fn then_never(self) -> Self {
        self.all_further(TimedAnswer::new(None))
    }

    fn last(&mut self) -> Option<&mut TimedAnswer> {
        self.rest.as_mut().or_else(|| self.given.last_mut().map(|(_, given)| given))
    }

    /// Delays the last answer by this time after the request, by the execution's clock: for a callback, a long job, or
    /// a worker of an activity.
    #[must_use]
    pub fn after(mut self, time: Duration) -> Self {
        if let Some(given) = self.last() {
            given.after = time;
        }
        self
    }

    /// Sends `times` heartbeats before the last answer, one each `every`.
    #[must_use]
    pub fn heartbeats(mut self, every: Duration, times: u32) -> Self {
        if let Some(given) = self.last() {
            (given.heartbeat_every, given.heartbeats) = (every, times);
        }
        self
    }

    /// Returns the number of tasks that have an answer; `None` for all.
    fn total(&self) -> Option<u64> {
        if self.rest.is_some() {
            return None;
        }
        Some(self.given.iter().fold(0, |sum, (times, _)| sum.saturating_add(*times)))
    }

    /// Returns the answer to the task with this number, starting at 0.
    fn of(&self, number: u64) -> Option<&TimedAnswer> {
        let mut before: u64 = 0;
        for (times, given) in &self.given {
            before = before.saturating_add(*times);
            if number < before {
                return Some(given);
            }
        }
        self.rest.as_ref()
    }

    pub(crate) fn handler(self, wrap: ClosureKind) -> Handler {
        Handler::new(move |request, number| {
            let Some(given) = self.of(number) else {
                return Reply::NoneLeft { given: self.total().unwrap_or_default() };
            };
            let answer = given.answer.clone().map(|answer| wrap.result(request, answer));
            match answer {
                Some(answer) if given.is_immediate() => Reply::Now(answer),
                None if given.is_immediate() => Reply::Never,
                answer => Reply::Planned(Box::new(TimedAnswer { answer, ..*given })),
            }
        })
    }
}
