//! Judges the fields of a state, one by one.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use workflow_asl::StateKind;
use workflow_asl::difference::{FieldDifference, StateDifference};
use workflow_asl::document::{MachineType, PathField, State};
use workflow_asl::resource::{Pattern, Resource};

use super::choice::Elsewhere;
use super::compare::order;
use super::{Judge, Side, Subject, said, value_said};
use crate::rule::{self, Rule};

/// Returns the rule for any difference of a field. Other fields are judged by their values.
fn rule_of(field: &str, kind: StateKind) -> Option<&'static Rule> {
    Some(match field {
        "Comment" => &rule::COMMENT_CHANGED,
        "QueryLanguage" => &rule::LANGUAGE_CHANGED,
        "Next" | "End" => &rule::TRANSITION_CHANGED,
        "Assign" => &rule::VARIABLE_CHANGED,
        "InputPath" | "OutputPath" | "ResultPath" | "ResultSelector" | "Result" | "Output" => &rule::DATA_CHANGED,
        "Parameters" | "Arguments" if kind != StateKind::Task => &rule::DATA_CHANGED,
        "ItemsPath" | "Items" | "ItemSelector" => &rule::ITEMS_CHANGED,
        "ItemReader" => &rule::READER_CHANGED,
        "Label" => &rule::LABEL_CHANGED,
        "Seconds" | "SecondsPath" | "Timestamp" | "TimestampPath" => &rule::WAIT_CHANGED,
        "Error" | "ErrorPath" => &rule::ERROR_CHANGED,
        "Cause" | "CausePath" => &rule::CAUSE_CHANGED,
        "Credentials" => &rule::CREDENTIALS_CHANGED,
        _ => return None,
    })
}

impl Judge<'_> {
    /// Judges a field of a state whose kind is unchanged.
    pub(super) fn field(&mut self, state: &StateDifference, old: &State, new: &State, field: &FieldDifference) {
        let name = state.name();
        let at = Subject { state: Some(name), field: &field.name };
        let change = format!(
            "`{}` was {} and is {}",
            field.name,
            value_said(field.old.as_ref()),
            value_said(field.new.as_ref())
        );
        if let Some(rule) = rule_of(&field.name, new.kind) {
            return self.find(rule, &at, change);
        }
        match field.name.as_str() {
            _ if field.is_move() => self.find(&rule::STATE_MOVED, &Subject { field: "", ..at }, said(name)),
            "Branches" => self.branches(&at, new, field),
            "ItemProcessor" => self.processor(name, field),
            "ItemBatcher" => self.batcher(name, field),
            "ResultWriter" => self.writer(name, field),
            "Default" if field.new.is_none() && self.needs_default(state, old, new) => {
                self.find(&rule::DEFAULT_REMOVED, &at, change);
            }
            // The rules and the default decide together.
            "Default" if state.field("Choices").is_none() => self.leads_elsewhere(state, (old, new), false, change),
            "Choices" => self.choices(state, old, new, field),
            "Retry" => self.retry(name, field),
            "Catch" => self.catch(name, field),
            // `number` and `task` judge these.
            _ => {}
        }
    }

    /// Judges a field of the state machine itself.
    pub(super) fn machine_field(&mut self, field: &FieldDifference) {
        let at = Subject { state: None, field: &field.name };
        let change = format!("it was {} and is {}", value_said(field.old.as_ref()), value_said(field.new.as_ref()));
        match field.name.as_str() {
            "Comment" => self.find(&rule::COMMENT_CHANGED, &at, change),
            "StartAt" => self.find(&rule::START_CHANGED, &at, change),
            "TimeoutSeconds" => {
                // 0 and absence both mean no limit.
                let seconds = |value: &Option<Value>| {
                    value.as_ref().and_then(Value::as_f64).filter(|limit| *limit > 0.0).unwrap_or(f64::INFINITY)
                };
                let (old, new) = (seconds(&field.old), seconds(&field.new));
                let lowered = new < old;
                let rule = if lowered { &rule::MACHINE_TIMEOUT_LOWERED } else { &rule::MACHINE_TIMEOUT_RAISED };
                if old.total_cmp(&new).is_ne() {
                    self.find(rule, &at, change);
                }
            }
            _ => {}
        }
    }

    fn branches(&mut self, at: &Subject<'_>, new: &State, field: &FieldDifference) {
        let starts = |value: &Option<Value>, names: &BTreeMap<String, String>| -> Vec<String> {
            let branches = value.as_ref().and_then(Value::as_array).into_iter().flatten();
            let start = |branch: &Value| branch.get("StartAt").and_then(Value::as_str).unwrap_or_default().to_owned();
            branches.map(start).map(|name| names.get(&name).cloned().unwrap_or(name)).collect()
        };
        let (old, starts) = (starts(&field.old, &self.names), starts(&field.new, &BTreeMap::new()));
        match order(&old, &starts) {
            Some(order) if new.result_path == Some(PathField::Null) => {
                self.find(&rule::BRANCHES_CHANGED, at, format!("{order}, and their results are not kept"));
            }
            Some(order) => self.find(&rule::BRANCHES_SWAPPED, at, order),
            None => self.find(&rule::BRANCHES_CHANGED, at, format!("it had {} and has {}", old.len(), starts.len())),
        }
    }

    fn processor(&mut self, name: &str, field: &FieldDifference) {
        let config = |value: &Option<Value>, field: &str| {
            let config = value.as_ref().and_then(|processor| processor.get("ProcessorConfig"));
            config.and_then(|config| config.get(field)).and_then(Value::as_str).map(str::to_owned)
        };
        let (old_mode, new_mode) = (config(&field.old, "Mode"), config(&field.new, "Mode"));
        let at = Subject { state: Some(name), field: "ProcessorConfig" };
        let is_distributed = |mode: &Option<String>| mode.as_deref() == Some("DISTRIBUTED");
        match (is_distributed(&old_mode), is_distributed(&new_mode)) {
            (false, true) => self.find(&rule::MODE_DISTRIBUTED, &at, said(name)),
            (true, false) => self.find(&rule::MODE_INLINE, &at, said(name)),
            _ => {}
        }
        let types = (config(&field.old, "ExecutionType"), config(&field.new, "ExecutionType"));
        if is_distributed(&old_mode) && is_distributed(&new_mode) && types.0 != types.1 {
            let word = |kind: Option<String>| kind.unwrap_or_else(|| MachineType::default().as_str().to_owned());
            let change = format!("it was {} and is {}", word(types.0), word(types.1));
            self.find(&rule::CHILD_TYPE_CHANGED, &at, change);
        }
        let part = |value: &Option<Value>, name: &str| value.as_ref().and_then(|of| of.get(name)).cloned();
        let start = |value: &Option<Value>| part(value, "StartAt").and_then(|name| name.as_str().map(str::to_owned));
        let before = start(&field.old).map(|name| self.names.get(&name).cloned().unwrap_or(name));
        if before != start(&field.new) {
            self.find(&rule::START_CHANGED, &Subject { state: Some(name), field: "StartAt" }, "");
        }
        if part(&field.old, "Comment") != part(&field.new, "Comment") {
            self.find(&rule::COMMENT_CHANGED, &Subject { state: Some(name), field: "Comment" }, "");
        }
    }

    fn batcher(&mut self, name: &str, field: &FieldDifference) {
        let at = Subject { state: Some(name), field: "ItemBatcher" };
        match (&field.old, &field.new) {
            (Some(old), Some(new)) => {
                if old.get("BatchInput") != new.get("BatchInput") {
                    self.find(&rule::ITEMS_CHANGED, &at, "`BatchInput` differs");
                }
                let sizes = |value: &Value| {
                    let mut sizes: Map<_, _> = value.as_object().cloned().unwrap_or_default();
                    sizes.shift_remove("BatchInput");
                    sizes
                };
                if sizes(old) != sizes(new) {
                    self.find(&rule::BATCH_SIZE_CHANGED, &at, "");
                }
            }
            _ => self.find(&rule::BATCHES_CHANGED, &at, said(name)),
        }
    }

    fn writer(&mut self, name: &str, field: &FieldDifference) {
        let at = Subject { state: Some(name), field: "ResultWriter" };
        let part = |value: &Option<Value>, part: &str| value.as_ref().and_then(|of| of.get(part)).cloned();
        // Without a WriterConfig, the files have the default format.
        let both = field.old.is_some() && field.new.is_some();
        if both && part(&field.old, "WriterConfig") != part(&field.new, "WriterConfig") {
            self.find(&rule::RESULTS_FORMAT, &at, said(name));
        }
        let place = |value: &Option<Value>| {
            (part(value, "Resource"), part(value, "Parameters").or_else(|| part(value, "Arguments")))
        };
        if place(&field.old) != place(&field.new) {
            self.find(&rule::RESULTS_PLACE, &at, said(name));
        }
    }

    fn choices(&mut self, state: &StateDifference, old: &State, new: &State, field: &FieldDifference) {
        let rules = |value: &Option<Value>, names: Option<&Self>| -> Vec<Value> {
            let rules = value.as_ref().and_then(Value::as_array).into_iter().flatten();
            rules.map(|rule| bare(rule, names)).collect()
        };
        let (old_rules, new_rules) = (rules(&field.old, Some(self)), rules(&field.new, None));
        if old_rules == new_rules {
            return self.find(&rule::COMMENT_CHANGED, &Subject { state: Some(state.name()), field: "Choices" }, "");
        }
        let lost = old_rules.iter().filter(|rule| !new_rules.contains(rule)).count();
        let added = new_rules.iter().filter(|rule| !old_rules.contains(rule)).count();
        let narrows = new.default.is_none() && lost > 0;
        let change = match lost + added {
            0 => "the rules are in another order".to_owned(),
            _ => format!("rules: {lost} removed, {added} added"),
        };
        self.leads_elsewhere(state, (old, new), narrows, change);
    }

    /// Returns whether an input may match no rule of a choice.
    fn needs_default(&self, state: &StateDifference, old: &State, new: &State) -> bool {
        self.elsewhere(state, old, new).is_none_or(|Elsewhere { found, every_kind }| {
            !every_kind || found.iter().any(|(rule, _)| rule.id == rule::CHOICE_NARROWED.id)
        })
    }

    /// Judges the rules and the default of a choice that differ: with the inputs that go elsewhere, if they are known.
    fn leads_elsewhere(
        &mut self,
        state: &StateDifference,
        (old, new): (&State, &State),
        narrows: bool,
        change: String,
    ) {
        let at = Subject { state: Some(state.name()), field: "Choices" };
        match self.elsewhere(state, old, new) {
            Some(Elsewhere { found, every_kind }) if found.is_empty() && (every_kind || !narrows) => {
                self.find(&rule::CHOICE_REWRITTEN, &at, "");
            }
            Some(Elsewhere { found, .. }) if !found.is_empty() => {
                found.into_iter().for_each(|(rule, text)| self.find(rule, &at, text));
            }
            _ if narrows => self.find(&rule::CHOICE_NARROWED, &at, change),
            _ => self.find(&rule::CHOICE_CHANGED, &at, change),
        }
    }

    /// Judges the effects of a state that only one of the definitions has, the newer one if it `appears`.
    pub(super) fn effects(&mut self, name: &str, state: &State, appears: bool) {
        let (own, other) = if appears { (&self.new, &self.old) } else { (&self.old, &self.new) };
        let (rule, detail) = match state.kind {
            StateKind::Task => match Resource::parse(state.resource.as_deref().unwrap_or_default()) {
                Some(Resource::Activity { name: activity }) if !uses_activity(other, activity) => match appears {
                    true => (&rule::ACTIVITY_ADDED, format!("{} uses the activity {}", said(name), said(activity))),
                    false => (&rule::ACTIVITY_REMOVED, said(activity)),
                },
                Some(Resource::Integration(call)) if call.pattern == Pattern::WaitForTaskToken => {
                    (if appears { &rule::TOKEN_ADDED } else { &rule::TOKEN_REMOVED }, said(name))
                }
                _ => return,
            },
            StateKind::Fail => {
                let error = own.flow.failures.iter().find(|failure| failure.state == name);
                let error = error.map(|failure| &failure.error);
                if other.flow.failures.iter().any(|failure| Some(&failure.error) == error) {
                    return;
                }
                (if appears { &rule::FAILURE_ADDED } else { &rule::FAILURE_REMOVED }, failure(state))
            }
            _ => return,
        };
        self.find(rule, &Subject { state: Some(name), field: "" }, detail);
    }
}

/// Returns whether a task waits for a worker of this activity.
pub(super) fn uses_activity(side: &Side<'_>, activity: &str) -> bool {
    side.states().values().any(|state| {
        let resource = state.resource.as_deref().and_then(Resource::parse);
        matches!(resource, Some(Resource::Activity { name }) if name == activity)
    })
}

fn failure(state: &State) -> String {
    match state.error.as_deref().or(state.error_path.as_deref()) {
        Some(error) => format!("the error {}", said(error)),
        None => "an error without a name".to_owned(),
    }
}

/// Returns a choice rule without its comment, with its target's newer name.
fn bare(rule: &Value, names: Option<&Judge<'_>>) -> Value {
    match rule {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| *name != "Comment");
            let kept = kept.map(|(name, value)| {
                let target = value.as_str().filter(|_| name == "Next");
                let renamed = target.and_then(|target| names?.names.get(target)).cloned();
                (name.clone(), renamed.map_or_else(|| bare(value, names), Value::String))
            });
            Value::Object(kept.collect())
        }
        Value::Array(items) => items.iter().map(|item| bare(item, names)).collect(),
        other => other.clone(),
    }
}
