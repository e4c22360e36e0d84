//! Checks a model against a definition. Returns the plan of each task, or the problems of the model.

use std::collections::BTreeMap;

use foldhash::fast::FixedState;
use indexmap::IndexMap;
use serde_json::Value;
use workflow_asl::error_name::{
    ALL, DATA_LIMIT_EXCEEDED, HEARTBEAT_TIMEOUT, HTTP_SOCKET, HTTP_STATUS_PREFIX, PERMISSIONS, PREFIX, TASK_FAILED,
    TIMEOUT,
};
use workflow_asl::nearest::nearest;
use workflow_asl::{Pointer, StateKind};

use super::distribution::Distribution;
use super::draws::{Draws, purpose};
use super::model::{Failure, Items, Model, ModelError, TaskModel, Weighted};
use super::read::{MOST_ITEMS, Problems};
use super::{OutputBy, OutputsBy};
use crate::error::meant;
use crate::report::quoted;
use crate::states::{StateFacts, States};

/// The errors of Step Functions that a task can fail with.
const OF_TASKS: [&str; 6] = [TIMEOUT, HEARTBEAT_TIMEOUT, TASK_FAILED, PERMISSIONS, DATA_LIMIT_EXCEEDED, HTTP_SOCKET];

/// The plans of all tasks and of all maps with an item reader.
#[derive(Default)]
pub(super) struct Plan {
    /// The tasks, by the names of their states.
    pub(super) tasks: IndexMap<String, TaskPlan, FixedState>,
    pub(super) items: BTreeMap<String, Items>,
    pub(super) notes: Vec<String>,
}

pub(super) struct TaskPlan {
    pub(super) latency: Distribution,
    pub(super) failures: Vec<Failure>,
    pub(super) outputs: Weighted,
    pub(super) output_by: Option<OutputBy>,
}

impl Plan {
    /// Checks a model against the states of a definition.
    ///
    /// # Errors
    /// Returns an error if the model names a state that does not exist or cannot have a model, lacks a value, or has
    /// invalid probabilities.
    pub(super) fn of(model: &Model, outputs_by: &OutputsBy, states: &States) -> Result<Self, ModelError> {
        let mut checks = Checks { problems: Problems::default(), plan: Self::default(), states };
        let at = Pointer::root().child("states");
        for (name, task) in &model.states {
            checks.check_task(name, task, &at.child(name));
        }
        for name in outputs_by.keys() {
            if states.get(name).is_none_or(|facts| facts.kind != StateKind::Task) {
                let message = format!("outputs are given for `{name}`, which is not a task of the workflow");
                checks.problems.name(&at.child(name), message, checks.near(name));
            }
        }
        for (name, facts) in &states.all {
            match facts.kind {
                StateKind::Task => checks.task(model, name, facts, outputs_by.get(name)),
                StateKind::Map if facts.has_reader => checks.map(model, name),
                _ => {}
            }
        }
        let Checks { problems, plan, .. } = checks;
        if problems.is_empty() { Ok(plan) } else { Err(problems.located(model.source.as_ref())) }
    }

    /// Returns the items that a map reads in an execution. Returns `None` for other maps.
    pub(super) fn items_of(&self, map: &str, seed: u64) -> Option<Vec<Value>> {
        match self.items.get(map)? {
            Items::These(items) => Some(items.clone()),
            Items::Count(count, item) => {
                let parts = std::iter::once(purpose::ITEMS).chain(map.bytes().map(u64::from));
                let drawn = count.draw(&mut Draws::of(seed, parts)).round().min(MOST_ITEMS);
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "it is between 0 and the limit"
                )]
                Some(vec![item.clone(); drawn as usize])
            }
        }
    }
}

struct Checks<'c> {
    problems: Problems,
    plan: Plan,
    states: &'c States,
}

impl Checks<'_> {
    fn near(&self, name: &str) -> Option<String> {
        let known = self.states.all.iter().filter(|(_, facts)| facts.kind == StateKind::Task || facts.has_reader);
        let known: Vec<&str> = known.map(|(name, _)| name.as_str()).collect();
        Some(meant(name, known.iter().copied(), || match known.is_empty() {
            true => "the workflow has no task".to_owned(),
            false => format!("the tasks are {}", quoted(&known)),
        }))
    }

    fn check_task(&mut self, name: &str, task: &TaskModel, at: &Pointer) {
        let Some(facts) = self.states.get(name) else {
            let help = self.near(name);
            return self.problems.name(at, format!("unknown state `{name}`"), help);
        };
        let of_task = task.latency.is_some() || task.failures.is_some() || task.outputs.is_some();
        match facts.kind {
            StateKind::Task if task.items.is_some() => {
                self.problems.name(&at.child("items"), format!("`{name}` is a task: only maps have items"), None);
            }
            StateKind::Task => {}
            StateKind::Map if facts.has_reader => {
                if of_task {
                    let message = format!("`{name}` is a map: only `items` can be given");
                    self.problems.name(at, message, Some("what takes time are the tasks in it".to_owned()));
                }
            }
            StateKind::Map => {
                let help = "give them in `input`, or in the output of the task that they come from";
                let message = format!("`{name}` has no item reader: its items come from its input");
                self.problems.name(at, message, Some(help.to_owned()));
            }
            kind => {
                let message = format!(
                    "`{name}` is a {} state: only tasks and maps with an item reader have a model",
                    kind.name()
                );
                self.problems.name(at, message, self.near(name));
            }
        }
    }

    fn task(&mut self, model: &Model, name: &str, facts: &StateFacts, output_by: Option<&OutputBy>) {
        let root = Pointer::root();
        let own = model.states.get(name);
        let of_state = root.child("states").child(name);
        let (failures, failures_at) = match own.and_then(|own| own.failures.as_ref()) {
            Some(failures) => (failures.as_slice(), of_state.child("failures")),
            None => (model.default.failures.as_deref().unwrap_or_default(), root.child("default").child("failures")),
        };
        for Failure { error, .. } in failures {
            self.failure(name, facts, error, &failures_at.child(error));
        }
        let sum: f64 = failures.iter().map(|failure| failure.probability).sum();
        let latency = own.and_then(|own| own.latency.as_ref()).or(model.default.latency.as_ref());
        let outputs = own.and_then(|own| own.outputs.as_ref()).or(model.default.outputs.as_ref());
        let outputs = outputs.filter(|outputs| !outputs.values.is_empty());
        let succeeds = failures.is_empty() || sum < 1.0 - 1e-9;
        let lacks_output = outputs.is_none() && output_by.is_none() && succeeds;
        let missing = match (latency, lacks_output) {
            (None, true) => "neither `latency` nor `output`",
            (None, false) => "no `latency`",
            (Some(_), true) => "no `output`",
            (Some(_), false) => "",
        };
        if !missing.is_empty() {
            let message = format!("the model has {missing} for the task `{name}`");
            self.lacks(model, name, message, "give it to the state, or to all tasks in `default`");
        }
        let Some(latency) = latency.cloned() else { return };
        let (failures, outputs) = (failures.to_vec(), outputs.cloned().unwrap_or_default());
        let plan = TaskPlan { latency, failures, outputs, output_by: output_by.cloned() };
        self.plan.tasks.insert(name.to_owned(), plan);
    }

    fn failure(&mut self, name: &str, facts: &StateFacts, error: &str, at: &Pointer) {
        let (times_out, beats) = facts.timers;
        let (may, what, field) = match error {
            // A Lambda function has its own timeout.
            TIMEOUT => (beats || times_out || facts.is_function, "time out", "TimeoutSeconds"),
            HEARTBEAT_TIMEOUT => (beats, "miss a heartbeat", "HeartbeatSeconds"),
            error => return self.error(name, facts, error, at),
        };
        if !may {
            self.problems.name(at, format!("the task `{name}` cannot {what}: it has no `{field}`"), None);
        }
    }

    fn error(&mut self, name: &str, facts: &StateFacts, error: &str, at: &Pointer) {
        if error.starts_with(PREFIX) {
            if !OF_TASKS.contains(&error) && !error.starts_with(HTTP_STATUS_PREFIX) {
                let message = match error {
                    ALL => format!("`{ALL}` matches all errors, and only in handlers: no task fails with it"),
                    _ => format!("unknown error `{error}`: no task fails with it"),
                };
                let help = nearest(error, OF_TASKS).map(|near| format!("did you mean `{near}`?"));
                self.problems.name(at, message, help);
            }
            return;
        }
        let Some(task) = facts.task() else { return };
        let mut all = task.modelled_errors().chain(task.errors());
        if !task.raises_any() && !all.any(|known| known.matches(error) || known.to_string() == error) {
            self.plan.notes.push(format!("the API of the task `{name}` is not known to fail with `{error}`"));
        }
    }

    fn map(&mut self, model: &Model, name: &str) {
        if let Some(items) = model.states.get(name).and_then(|own| own.items.as_ref()) {
            self.plan.items.insert(name.to_owned(), items.clone());
            return;
        }
        let message = format!("the model has no items for the map `{name}`, which reads them");
        self.lacks(model, name, message, "give `items`: a list, or an object with `count` and `value`");
    }

    fn lacks(&mut self, model: &Model, name: &str, message: String, help: &str) {
        let states = Pointer::root().child("states");
        let at = if model.states.contains_key(name) { states.child(name) } else { states };
        self.problems.value_help(&at, message, Some(help.to_owned()));
    }
}
