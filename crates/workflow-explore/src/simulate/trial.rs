//! Runs one execution in virtual time, whose tasks are answered by the model.

use std::collections::BTreeMap;
use std::sync::Arc;

use workflow_asl::error_name::{HEARTBEAT_TIMEOUT, TIMEOUT};
use workflow_local::handlers::begin;
use workflow_local::internal::{InternalEngine, InternalExecution};
use workflow_local::{
    Answer, Engine, Execution, Instant, Payload, Progress, RunError, Start, TaskError, TaskId, TaskRequest,
};

use super::SimulateError;
use super::draws::{Draws, drawn, mixed, purpose};
use super::model::{Failure, Weighted};
use super::plan::{Plan, TaskPlan};

pub(super) struct Prepared {
    pub(super) engine: Engine,
    pub(super) plan: Arc<Plan>,
    pub(super) inputs: Weighted,
    pub(super) start: Start,
    pub(super) seed: u64,
}

/// The time of a task that is faster, as a share of the time in the model.
const FASTER: f64 = 0.5;

enum Due {
    Answer(Result<Payload, TaskError>),
    /// A heartbeat, repeated at this interval in milliseconds.
    Beat(i64),
}

impl Prepared {
    /// Runs an execution to its end, with one task faster than in the model, by its number. Returns an execution that never ends
    /// while it still runs.
    pub(super) fn run(&self, number: u64, faster: Option<usize>) -> Result<Execution, SimulateError> {
        let seed = mixed(self.seed, number);
        let input = self.inputs.draw(&Draws::of(seed, [purpose::INPUT])).cloned().unwrap_or_else(Payload::empty);
        let mut start = self.start.clone();
        start.seed = mixed(seed, purpose::ENGINE);
        let mut execution = self.engine.start_known(input, start)?;
        execution.count_ways();
        if !self.plan.items.is_empty() {
            let plan = Arc::clone(&self.plan);
            execution.give_items(Arc::new(move |map| plan.items_of(map, seed)));
        }
        let mut trial =
            Trial { plan: &self.plan, seed, faster, execution, due: BTreeMap::new(), asked: 0, nth: BTreeMap::new() };
        trial.run()?;
        Ok(trial.execution)
    }
}

struct Trial<'p> {
    plan: &'p Plan,
    seed: u64,
    faster: Option<usize>,
    execution: Execution,
    /// The answers and heartbeats of tasks, by their times and the order in which they were planned.
    due: BTreeMap<(Instant, u64), (TaskId, Due)>,
    asked: u64,
    /// The number of requested tasks of each state in each place.
    nth: BTreeMap<(usize, Vec<usize>), u64>,
}

impl Trial<'_> {
    fn run(&mut self) -> Result<(), SimulateError> {
        loop {
            match self.execution.step() {
                Progress::Ended => return Ok(()),
                Progress::Task(request) => self.ask(&request),
                Progress::Waiting { until } => {
                    let due = self.due.first_key_value().map(|((time, _), _)| *time);
                    let Some(next) = [until, due].into_iter().flatten().min() else { return Ok(()) };
                    self.advance_to(next)?;
                }
                _ => {}
            }
        }
    }

    /// Advances to a time. Timeouts come before answers at the same time.
    fn advance_to(&mut self, time: Instant) -> Result<(), SimulateError> {
        self.execution.advance_to(time);
        while let Some(entry) = self.due.first_entry() {
            if entry.key().0 > time {
                break;
            }
            let (task, due) = entry.remove();
            let answer = match due {
                Due::Answer(Ok(output)) => self.execution.succeed(task, output),
                Due::Answer(Err(error)) => self.execution.fail_task(task, error),
                Due::Beat(every) => {
                    let answer = self.execution.heartbeat(task);
                    if answer == Answer::Taken {
                        self.at(every, task, Due::Beat(every));
                    }
                    answer
                }
            };
            if answer == Answer::Refused {
                let reason = match self.execution.refusal() {
                    // The help of the error itself is for engines.
                    Some(RunError::AnswerType { state, mismatches }) => {
                        let mismatches: String = mismatches.iter().map(|mismatch| format!("\n  {mismatch}")).collect();
                        format!("an output of the task `{state}` is not what the workflow declares:{mismatches}")
                    }
                    refusal => refusal.map(ToString::to_string).unwrap_or_default(),
                };
                return Err(SimulateError::Answer { reason });
            }
        }
        Ok(())
    }

    /// Plans an answer or a heartbeat of a task after this number of milliseconds.
    fn at(&mut self, milliseconds: i64, task: TaskId, due: Due) {
        self.asked += 1;
        let time = Instant::from_millis(self.execution.now().as_millis().saturating_add(milliseconds));
        self.due.insert((time, self.asked), (task, due));
    }

    fn ask(&mut self, request: &TaskRequest) {
        let Some((number, _, task)) = self.plan.tasks.get_full(&*request.state) else {
            // The plan has every task of the definition.
            return;
        };
        begin(&mut self.execution, request);
        if request.is_activity {
            let _ = self.execution.start_activity(request.id, None);
        }
        let mut draws = self.draws(number, request);
        let factor = if self.faster == Some(number) { FASTER } else { 1.0 };
        let (timeout, heartbeat) = self.execution.time_limits_of(request.id);
        let failure = task.failure(draws.fraction());
        // A Lambda function may time out by its own timeout. That is an answer.
        let is_silent = match failure.map(|failure| failure.error.as_str()) {
            Some(TIMEOUT) => timeout.is_some() || heartbeat.is_some(),
            Some(HEARTBEAT_TIMEOUT) => heartbeat.is_some(),
            _ => false,
        };
        let (latency, answer) = match failure {
            None => (&task.latency, task.output(request, &draws).map(Ok)),
            Some(failure) => {
                let latency = failure.latency.as_ref().unwrap_or(&task.latency);
                (latency, (!is_silent).then(|| Err(TaskError::new(failure.error.clone()))))
            }
        };
        #[expect(clippy::cast_possible_truncation, reason = "a cast saturates")]
        let time = (latency.draw(&mut draws) * factor * 1000.0).round() as i64;
        if let Some(answer) = answer {
            self.at(time, request.id, Due::Answer(answer));
        }
        // A running task sends heartbeats, and so does a task that must reach the other timeout.
        let beats = !is_silent || (timeout.is_some() && failure.is_some_and(|failure| failure.error == TIMEOUT));
        if let Some(seconds) = heartbeat.filter(|seconds| beats && *seconds > 0) {
            let every = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1000) - 1;
            self.at(every, request.id, Due::Beat(every));
        }
    }

    /// Returns the random numbers of a task. They depend on its state, its branch and iteration, and the number of
    /// earlier requests there, so they stay the same when other tasks become faster.
    fn draws(&mut self, number: usize, request: &TaskRequest) -> Draws {
        let place = self.execution.place_of(request.id);
        let nth = self.nth.entry((number, place.clone())).or_default();
        *nth += 1;
        let parts = [purpose::TASK, number as u64, *nth].into_iter().chain(place.into_iter().map(|index| index as u64));
        Draws::of(self.seed, parts)
    }
}

impl TaskPlan {
    /// Returns the failure for a number from 0 to 1. Returns `None` for success.
    fn failure(&self, fraction: f64) -> Option<&Failure> {
        let drawn = drawn(&self.failures, |failure| failure.probability, fraction);
        // If a task always fails, the sum of the probabilities may be slightly less than 1.
        let only_fails = self.outputs.values.is_empty() && self.output_by.is_none();
        drawn.or_else(|| self.failures.last().filter(|_| only_fails))
    }

    fn output(&self, request: &TaskRequest, draws: &Draws) -> Option<Payload> {
        match &self.output_by {
            Some(output) => Some(Payload::new(output(request))),
            None => self.outputs.draw(draws).cloned(),
        }
    }
}
