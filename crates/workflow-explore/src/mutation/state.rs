//! The mutants of one state: its handlers, timeouts, assignments, transitions, waits and data.

use serde_json::{Value, json};
use workflow_asl::error_name::{ALL, HEARTBEAT_TIMEOUT, PREFIX, TASK_FAILED, TIMEOUT};
use workflow_asl::{Pointer, State};
use workflow_local::mutation::Edit;

use super::condition::a_second_later;
use super::literal::{moved, text_of};
use super::{Making, Mutant, Operator, Within};
use crate::report::quoted;

/// The maximum number of other states to try as the target of a transition.
const TARGETS: usize = 8;

/// The numbers of a retrier, and the operator that changes each.
const OF_RETRIERS: [(&str, Operator); 4] = [
    ("IntervalSeconds", Operator::ChangeWait),
    ("BackoffRate", Operator::ChangeWait),
    ("MaxDelaySeconds", Operator::ChangeWait),
    ("MaxAttempts", Operator::ChangeLiteral),
];

/// Fields with data, or with numbers other than times.
const DATA: [&str; 16] = [
    "Result",
    "Parameters",
    "Arguments",
    "Items",
    "ItemReader",
    "ItemSelector",
    "ItemBatcher",
    "ResultSelector",
    "Output",
    "Assign",
    "Error",
    "Cause",
    "ToleratedFailureCount",
    "ToleratedFailurePercentage",
    "ErrorPath",
    "CausePath",
];

impl Making<'_> {
    pub(super) fn state(&mut self, state: &Within<'_>) {
        let at = &state.at;
        let limits = || State::TIMEOUT_FIELDS.into_iter().chain(State::HEARTBEAT_FIELDS);
        let waits = limits().chain(["Seconds"]).map(|field| (field, Operator::ChangeWait));
        for (field, operator) in waits.chain(DATA.map(|field| (field, Operator::ChangeLiteral))) {
            let Some(value) = state.members.get(field) else { continue };
            let place = at.child(field);
            if limits().any(|limit| limit == field) {
                let what = if field.starts_with("Timeout") { "timeout" } else { "heartbeat" };
                let description = format!("the {what} of `{}` is dropped", state.name);
                self.offer_in(state, at, Mutant::remove(Operator::DropTimeout, place.clone(), description));
            }
            match field.ends_with("Path") {
                true => self.computed(state, at, value, &place),
                false => self.literals(state, at, value, &place, operator),
            }
        }
        self.assignments(state, at, at);
        if let Some(changed) = state.members.get("Timestamp").and_then(a_second_later) {
            let found = text_of(state.members.get("Timestamp").unwrap_or(&Value::Null));
            let description = format!("{found} becomes {}", text_of(&changed));
            let mutant = Mutant::replace(Operator::ChangeWait, at.child("Timestamp"), changed, description).word(found);
            self.offer_in(state, at, mutant);
        }
        self.choice(state);
        self.end(state);
        self.retarget(state, at, "Next", Operator::RetargetTransition, &format!("`{}`", state.name));
        self.retriers(state);
        self.catchers(state);
    }

    /// Changes each variable that the object at a place assigns.
    pub(super) fn assignments(&mut self, state: &Within<'_>, holder: &Pointer, reached_at: &Pointer) {
        let assign = holder.child("Assign");
        let Some(all) = self.definition.pointer(assign.as_str()).and_then(Value::as_object) else { return };
        for name in all.keys() {
            let at = assign.child(name);
            // Remove the object with its last member, so that no empty object is left.
            let removed = if all.len() == 1 { assign.as_str() } else { at.as_str() };
            let edits = vec![Edit::remove(removed)];
            let name = name.strip_suffix(".$").unwrap_or(name);
            let description = format!("the assignment of `${name}` is dropped");
            self.offer_in(state, reached_at, Mutant::new(Operator::DropAssignment, at, description, edits));
        }
    }

    /// Changes what a rule or a catcher at a place assigns and gives.
    pub(super) fn leaving(&mut self, state: &Within<'_>, way: &Value, at: &Pointer) {
        let next_at = at.child("Next");
        self.assignments(state, at, &next_at);
        for field in ["Assign", "Output"] {
            if let Some(value) = way.get(field) {
                self.literals(state, &next_at, value, &at.child(field), Operator::ChangeLiteral);
            }
        }
    }

    /// Changes the target that a member of a place names, if it has one, to the next state of the scope that the rules accept.
    pub(super) fn retarget(&mut self, state: &Within<'_>, of: &Pointer, member: &str, operator: Operator, what: &str) {
        let at = &of.child(member);
        let Some(target) = self.definition.pointer(at.as_str()).and_then(Value::as_str) else { return };
        let from = state.scope.iter().position(|name| *name == target).map_or(0, |place| place + 1);
        let others = state.scope.iter().cycle().skip(from).take(state.scope.len());
        let (own, others): (Vec<&&str>, Vec<&&str>) =
            others.filter(|name| **name != target).partition(|name| **name == state.name);
        for other in others.into_iter().chain(own).take(TARGETS) {
            let description = format!("{what} leads to `{other}` instead of `{target}`");
            let mutant = Mutant::replace(operator, at.clone(), json!(other), description).word(target);
            if self.offer_in(state, at, mutant) {
                return;
            }
        }
    }

    /// Makes a state with a successor end the scope, and a state that ends the scope continue with another one.
    fn end(&mut self, state: &Within<'_>) {
        let (end, next) = (state.at.child("End"), state.at.child("Next"));
        if let Some(target) = state.members.get("Next").and_then(Value::as_str) {
            let edits = vec![Edit::remove(next.as_str()), Edit::replace(end.as_str(), json!(true))];
            let description = format!("`{}` ends instead of leading to `{target}`", state.name);
            self.offer_in(state, &next, Mutant::new(Operator::RetargetTransition, next.clone(), description, edits));
        } else if state.members.get("End") == Some(&json!(true)) && self.ends_elsewhere(state) {
            for other in state.scope.iter().filter(|name| **name != state.name).take(TARGETS) {
                let edits = vec![Edit::remove(end.as_str()), Edit::replace(next.as_str(), json!(other))];
                let description = format!("`{}` leads to `{other}` instead of the end", state.name);
                let mutant = Mutant::new(Operator::RetargetTransition, end.clone(), description, edits);
                if self.offer_in(state, &state.at, mutant) {
                    return;
                }
            }
        }
    }

    /// Returns whether another state ends the scope. Without one, the scope would never end.
    fn ends_elsewhere(&self, state: &Within<'_>) -> bool {
        let Some(states) = state.at.parent() else { return false };
        state.scope.iter().filter(|name| **name != state.name).any(|name| {
            let other = self.definition.pointer(states.child(name).as_str());
            let member = |field: &str| other.and_then(|other| other.get(field));
            member("End") == Some(&json!(true))
                || member("Type").is_some_and(|kind| ["Succeed", "Fail"].iter().any(|ends| kind == ends))
        })
    }

    fn retriers(&mut self, state: &Within<'_>) {
        let retriers = state.members.get("Retry").and_then(Value::as_array);
        for (index, retrier) in retriers.into_iter().flatten().enumerate() {
            let at = state.at.child("Retry").index(index);
            // A retrier without attempts never retries, and hides errors from the retriers after it.
            let never = retrier.get("MaxAttempts").and_then(Value::as_u64) == Some(0);
            let reached_at = if never { &state.at } else { &at };
            self.handler(state, reached_at, retrier, &at, Operator::DropRetrier);
            for (field, operator) in OF_RETRIERS {
                let Some(changed) = retrier.get(field).and_then(|number| moved(number, 1)) else { continue };
                let found = text_of(retrier.get(field).unwrap_or(&Value::Null));
                let description = format!("`{field}` becomes {} instead of {found}", text_of(&changed));
                let mutant = Mutant::replace(operator, at.child(field), changed, description).word(found);
                self.offer_in(state, reached_at, mutant);
            }
        }
    }

    fn catchers(&mut self, state: &Within<'_>) {
        let catchers = state.members.get("Catch").and_then(Value::as_array);
        for (index, catcher) in catchers.into_iter().flatten().enumerate() {
            let at = state.at.child("Catch").index(index);
            let next_at = at.child("Next");
            self.handler(state, &next_at, catcher, &at, Operator::DropCatcher);
            let what = format!("the catcher of {} of `{}`", names(catcher), state.name);
            self.retarget(state, &at, "Next", Operator::RetargetHandler, &what);
            self.leaving(state, catcher, &at);
        }
    }

    /// Drops a retrier or a catcher, the whole list with its last entry, and renames its errors.
    fn handler(&mut self, state: &Within<'_>, reached_at: &Pointer, handler: &Value, at: &Pointer, drop: Operator) {
        let noun = if drop == Operator::DropRetrier { "retrier" } else { "catcher" };
        let list = at.parent().unwrap_or_default();
        let is_only = self.definition.pointer(list.index(1).as_str()).is_none();
        let edits = vec![Edit::remove(if is_only { list.as_str() } else { at.as_str() })];
        let description = format!("the {noun} of {} of `{}` is dropped", names(handler), state.name);
        self.offer_in(state, reached_at, Mutant::new(drop, at.clone(), description, edits));
        let errors = handler.get("ErrorEquals").and_then(Value::as_array);
        for (index, error) in errors.into_iter().flatten().enumerate() {
            let Some(error) = error.as_str() else { continue };
            let other = other_error(error);
            let at = at.child("ErrorEquals").index(index);
            let description = format!("`{error}` becomes `{other}`");
            let mutant = Mutant::replace(Operator::RenameError, at, json!(other), description).word(error);
            self.offer_in(state, reached_at, mutant);
        }
    }
}

/// Returns an error name that matches fewer errors, or another error.
fn other_error(error: &str) -> String {
    match error {
        ALL | TASK_FAILED => TIMEOUT.to_owned(),
        TIMEOUT => HEARTBEAT_TIMEOUT.to_owned(),
        _ if error.starts_with(PREFIX) => TIMEOUT.to_owned(),
        _ => format!("{error}Renamed"),
    }
}

/// Returns the error names of a handler, for a description.
fn names(handler: &Value) -> String {
    let errors = handler.get("ErrorEquals").and_then(Value::as_array);
    quoted(errors.into_iter().flatten().filter_map(Value::as_str))
}
