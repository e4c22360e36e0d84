//! Judges retriers and catchers: which errors they handle, before and after.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use workflow_asl::difference::FieldDifference;
use workflow_asl::error_name;
use workflow_asl::limits::retrier_default;

use super::{Judge, Subject};
use crate::rule::{self, Rule};

type Entry = Map<String, Value>;

impl Judge<'_> {
    pub(super) fn retry(&mut self, name: &str, field: &FieldDifference) {
        let (old, new) = (entries(field.old.as_ref()), entries(field.new.as_ref()));
        let at = Subject { state: Some(name), field: "Retry" };
        let (mut more, mut less, mut pace) = (Vec::new(), Vec::new(), Vec::new());
        for error in errors(&old, &new) {
            let (before, after) = (first(&old, &error), first(&new, &error));
            let (was, is) = (attempts(before), attempts(after));
            if is < was {
                less.push(format!("{} ({was} -> {is})", words(&error)));
            } else if is > was {
                more.push(format!("{} ({was} -> {is})", words(&error)));
            } else if is > 0.0 && pace_of(before) != pace_of(after) {
                pace.push(words(&error));
            }
        }
        self.find_errors(&at, [(&rule::RETRY_REMOVED, less), (&rule::RETRY_ADDED, more), (&rule::RETRY_PACED, pace)]);
    }

    pub(super) fn catch(&mut self, name: &str, field: &FieldDifference) {
        let (mut old, new) = (entries(field.old.as_ref()), entries(field.new.as_ref()));
        for entry in &mut old {
            let renamed = entry.get("Next").and_then(Value::as_str).and_then(|next| self.names.get(next)).cloned();
            if let Some(renamed) = renamed {
                entry.insert("Next".to_owned(), renamed.into());
            }
        }
        let at = Subject { state: Some(name), field: "Catch" };
        let (mut added, mut removed, mut changed) = (Vec::new(), Vec::new(), Vec::new());
        for error in errors(&old, &new) {
            match (first(&old, &error), first(&new, &error)) {
                (Some(_), None) => removed.push(words(&error)),
                (None, Some(_)) => added.push(words(&error)),
                (Some(before), Some(after)) if handling(before) != handling(after) => changed.push(words(&error)),
                _ => {}
            }
        }
        let found = [(&rule::CATCH_REMOVED, removed), (&rule::CATCH_ADDED, added), (&rule::CATCH_CHANGED, changed)];
        self.find_errors(&at, found);
    }

    fn find_errors(&mut self, at: &Subject<'_>, found: [(&'static Rule, Vec<String>); 3]) {
        for (rule, errors) in found.into_iter().filter(|(_, errors)| !errors.is_empty()) {
            self.find(rule, at, errors.join(", "));
        }
    }
}

fn entries(value: Option<&Value>) -> Vec<Entry> {
    let entries = value.and_then(Value::as_array).into_iter().flatten();
    entries.filter_map(|entry| entry.as_object().cloned()).collect()
}

fn names(entry: &Entry) -> impl Iterator<Item = &str> {
    entry.get("ErrorEquals").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// Returns every error that either version names. `States.ALL` stands for all others.
fn errors(old: &[Entry], new: &[Entry]) -> BTreeSet<String> {
    old.iter().chain(new).flat_map(names).map(str::to_owned).collect()
}

/// Returns the entry that handles an error: the first one that matches.
fn first<'e>(entries: &'e [Entry], error: &str) -> Option<&'e Entry> {
    entries.iter().find(|entry| names(entry).any(|name| matches(name, error)))
}

fn matches(name: &str, error: &str) -> bool {
    name == error
        || name == error_name::ALL
        || name == error_name::TASK_FAILED && error != error_name::TIMEOUT && error != error_name::ALL
}

fn attempts(entry: Option<&Entry>) -> f64 {
    let Some(entry) = entry else { return 0.0 };
    entry.get("MaxAttempts").and_then(Value::as_f64).unwrap_or(retrier_default::MAX_ATTEMPTS as f64)
}

/// Returns the fields that determine the delays.
fn pace_of(entry: Option<&Entry>) -> Entry {
    let mut fields = entry.map(handling).unwrap_or_default();
    fields.shift_remove("MaxAttempts");
    fields
}

/// Returns the fields that determine the behaviour of a catcher.
fn handling(entry: &Entry) -> Entry {
    let mut fields = entry.clone();
    fields.retain(|name, _| name != "ErrorEquals" && name != "Comment");
    fields
}

fn words(error: &str) -> String {
    if error == error_name::ALL { "any other error".to_owned() } else { format!("`{error}`") }
}
