//! An execution whose inputs are recorded, so that replaying them gives the same execution.

use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use workflow_local::handlers::Tasks;
use workflow_local::{
    Answer, Execution, Instant, MapRunChange, NotRedrivable, Payload, Progress, TaskError, TaskId, TaskRequest,
};

use super::Surroundings;
use crate::journal::digest;

/// An input of an execution. Its effects are not recorded, because they follow from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum RecordedInput {
    /// The time was set, in milliseconds.
    #[serde(rename = "t")]
    Time(i64),
    /// It took this many steps.
    #[serde(rename = "s")]
    Steps(u32),
    #[serde(rename = "y")]
    Succeed(u64, Value),
    #[serde(rename = "n")]
    Fail(u64, Option<String>, Option<String>),
    #[serde(rename = "h")]
    Heartbeat(u64),
    #[serde(rename = "b")]
    Submit(u64, Value),
    #[serde(rename = "w")]
    StartActivity(u64, Option<String>),
    #[serde(rename = "x")]
    Stop(Option<String>, Option<String>),
    #[serde(rename = "c")]
    StopChild(String, Option<String>, Option<String>),
    #[serde(rename = "r")]
    Redrive,
    #[serde(rename = "m")]
    ChangeMapRun(String, Option<usize>, Option<f64>, Option<f64>),
    /// The answers to whether activities exist, for the entries that follow, of stores before format 2.
    #[serde(rename = "k")]
    ActivityLookup(Vec<bool>),
    /// The answers of the surroundings, for the entries that follow.
    #[serde(rename = "o")]
    Surroundings(Vec<Value>),
    /// The number of events, of stores before format 2.
    #[serde(rename = "e")]
    EventCount(u64, u64),
    /// The number of events, and a digest of all of them: what a replay must result in.
    #[serde(rename = "d")]
    Events(u64, u64),
}

impl RecordedInput {
    /// Returns whether it came from a handler, a service or a worker, and does not come again.
    pub(crate) fn is_answer(&self) -> bool {
        matches!(self, Self::Succeed(..) | Self::Fail(..) | Self::Submit(..) | Self::StartActivity(..))
    }
}

/// An execution, and its inputs since the last call of `take_entries`.
pub(crate) struct Recorded {
    execution: Execution,
    /// `None` if nothing is recorded.
    entries: Option<Vec<RecordedInput>>,
    surroundings: Arc<Surroundings>,
    events: Events,
}

/// The number of events processed, and a digest of them, which continues the one before.
#[derive(Default)]
struct Events {
    count: usize,
    digest: [u8; 8],
}

impl Events {
    /// Processes new events.
    fn of(&mut self, execution: &Execution) -> (u64, u64) {
        let new = execution.history().get(self.count..).unwrap_or_default();
        if !new.is_empty() {
            // Events can be JSON.
            self.digest = digest(&self.digest, &serde_json::to_vec(new).unwrap_or_default());
        }
        self.count = execution.history().len();
        (self.count as u64, u64::from_le_bytes(self.digest))
    }
}

impl Deref for Recorded {
    type Target = Execution;

    fn deref(&self) -> &Execution {
        &self.execution
    }
}

fn text(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

impl Recorded {
    /// Creates an execution that does not record yet.
    pub(crate) fn new(execution: Execution, surroundings: Arc<Surroundings>) -> Self {
        Self { execution, entries: None, surroundings, events: Events::default() }
    }

    /// Records inputs from now on.
    pub(crate) fn record(&mut self) {
        self.entries = Some(Vec::new());
        self.surroundings.record();
    }

    /// Sets a history of an execution that was read from its snapshot.
    pub(crate) fn set_history(&mut self, place: usize, history: &[u8]) -> Result<(), String> {
        self.execution.set_history(place, history).map_err(|error| error.to_string())
    }

    /// Ends it with an error, without recording it.
    pub(crate) fn abandon(&mut self, error: &str, cause: &str) {
        self.execution.stop(Some(error), Some(cause));
    }

    fn note(&mut self, entry: impl FnOnce() -> RecordedInput) {
        if let Some(entries) = &mut self.entries {
            entries.push(entry());
        }
    }

    /// Returns the inputs since the last call.
    pub(crate) fn take_entries(&mut self) -> Vec<RecordedInput> {
        let Some(entries) = &mut self.entries else { return Vec::new() };
        let mut entries = std::mem::take(entries);
        let answers = self.surroundings.take();
        if !answers.is_empty() {
            entries.insert(0, RecordedInput::Surroundings(answers));
        }
        entries
    }

    pub(crate) fn step(&mut self) -> Progress {
        if let Some(entries) = &mut self.entries {
            match entries.last_mut() {
                Some(RecordedInput::Steps(count)) => *count += 1,
                _ => entries.push(RecordedInput::Steps(1)),
            }
        }
        self.execution.step()
    }

    pub(crate) fn stop(&mut self, error: Option<&str>, cause: Option<&str>) {
        self.note(|| RecordedInput::Stop(text(error), text(cause)));
        self.execution.stop(error, cause);
    }

    pub(crate) fn stop_child(&mut self, arn: &str, error: Option<&str>, cause: Option<&str>) -> bool {
        self.note(|| RecordedInput::StopChild(arn.to_owned(), text(error), text(cause)));
        self.execution.stop_child(arn, error, cause)
    }

    pub(crate) fn redrive(&mut self) -> Result<(), NotRedrivable> {
        self.note(|| RecordedInput::Redrive);
        self.execution.redrive()
    }

    pub(crate) fn change_map_run(&mut self, arn: &str, change: MapRunChange) -> bool {
        let MapRunChange { max_concurrency, tolerated_failure_count, tolerated_failure_percentage } = change;
        self.note(|| {
            let arn = arn.to_owned();
            RecordedInput::ChangeMapRun(arn, max_concurrency, tolerated_failure_count, tolerated_failure_percentage)
        });
        self.execution.change_map_run(arn, change)
    }

    /// Records the state of the history, for comparison by a replay.
    pub(crate) fn note_events(&mut self) {
        if self.entries.is_some() && self.events.count < self.execution.history().len() {
            let (count, hash) = self.events.of(&self.execution);
            self.note(|| RecordedInput::Events(count, hash));
        }
    }

    /// Replays an entry, and returns the tasks that it requested, or `None` if the result differs from the record.
    pub(crate) fn replay(&mut self, entry: RecordedInput) -> Option<Vec<TaskRequest>> {
        let mut asked = Vec::new();
        let id = TaskId::of_number;
        let execution = &mut self.execution;
        match entry {
            RecordedInput::Time(time) => execution.advance_to(Instant::from_millis(time)),
            RecordedInput::Steps(count) => {
                for _ in 0..count {
                    if let Progress::Task(request) = execution.step() {
                        asked.push(request);
                    }
                }
            }
            RecordedInput::Succeed(task, output) => drop_answer(execution.succeed(id(task), output)),
            RecordedInput::Fail(task, error, cause) => {
                let error = TaskError { error: error.map(Into::into), cause };
                drop_answer(execution.fail_task(id(task), error));
            }
            RecordedInput::Heartbeat(task) => drop_answer(execution.heartbeat(id(task))),
            RecordedInput::Submit(task, output) => drop_answer(execution.submit(id(task), output)),
            RecordedInput::StartActivity(task, worker) => {
                drop_answer(execution.start_activity(id(task), worker.as_deref()))
            }
            RecordedInput::Stop(error, cause) => execution.stop(error.as_deref(), cause.as_deref()),
            RecordedInput::StopChild(arn, error, cause) => {
                execution.stop_child(&arn, error.as_deref(), cause.as_deref());
            }
            RecordedInput::Redrive => execution.redrive().ok()?,
            RecordedInput::ChangeMapRun(
                arn,
                max_concurrency,
                tolerated_failure_count,
                tolerated_failure_percentage,
            ) => {
                let change = MapRunChange { max_concurrency, tolerated_failure_count, tolerated_failure_percentage };
                execution.change_map_run(&arn, change);
            }
            RecordedInput::ActivityLookup(answers) => {
                let answers: Vec<_> = answers.into_iter().map(Value::from).collect();
                self.surroundings.replay(&answers);
            }
            RecordedInput::Surroundings(answers) => self.surroundings.replay(&answers),
            RecordedInput::EventCount(count, _) if self.events.of(execution).0 == count => {}
            RecordedInput::Events(count, hash) if self.events.of(execution) == (count, hash) => {}
            RecordedInput::EventCount(..) | RecordedInput::Events(..) => return None,
        }
        Some(asked)
    }
}

/// The effect of an answer is the same as before.
fn drop_answer(_: Answer) {}

impl Tasks for Recorded {
    fn present(&self) -> Instant {
        self.execution.now()
    }

    fn advance_to(&mut self, time: Instant) {
        self.note(|| RecordedInput::Time(time.as_millis()));
        self.execution.advance_to(time);
    }

    fn submit(&mut self, id: TaskId, output: Payload) -> Answer {
        self.note(|| RecordedInput::Submit(id.number(), output.value().clone()));
        self.execution.submit(id, output)
    }

    fn heartbeat(&mut self, id: TaskId) -> Answer {
        self.note(|| RecordedInput::Heartbeat(id.number()));
        self.execution.heartbeat(id)
    }

    fn start_activity(&mut self, id: TaskId, worker_name: Option<&str>) -> Answer {
        self.note(|| RecordedInput::StartActivity(id.number(), text(worker_name)));
        self.execution.start_activity(id, worker_name)
    }

    fn succeed(&mut self, id: TaskId, output: Value) -> Answer {
        self.note(|| RecordedInput::Succeed(id.number(), output.clone()));
        self.execution.succeed(id, output)
    }

    fn fail_task(&mut self, id: TaskId, error: TaskError) -> Answer {
        self.note(|| RecordedInput::Fail(id.number(), error.error.as_deref().map(str::to_owned), error.cause.clone()));
        self.execution.fail_task(id, error)
    }
}
