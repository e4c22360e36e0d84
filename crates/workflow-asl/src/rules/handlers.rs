//! Rules on retriers and catchers.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Definition;
use crate::limits::retrier_default::INTERVAL_SECONDS;
use crate::{Diagnostic, Finding, Pointer, error_name, nearest, placeholder};

/// The error names of one entry of a list of handlers.
struct Entry<'a> {
    state: &'a Pointer,
    field: &'static str,
    number: usize,
    names: &'a [String],
    first: bool,
    last: bool,
}

impl Entry<'_> {
    /// Returns the place of its `ErrorEquals`.
    fn at(&self) -> Pointer {
        self.state.child(self.field).index(self.number).child("ErrorEquals")
    }
}

fn entries<'a>(definition: &'a Definition<'_>) -> impl Iterator<Item = Entry<'a>> + 'a {
    definition.index.states.iter().flat_map(|state| {
        state.state.handled().into_iter().flat_map(move |(field, lists)| {
            let count = lists.len();
            // The first entry that names errors begins a list.
            let mut first = true;
            lists.into_iter().enumerate().filter_map(move |(number, names)| {
                let entry = Entry { state: &state.at, field, number, names: names?, first, last: number + 1 == count };
                first = false;
                Some(entry)
            })
        })
    })
}

/// `ErrorEquals` names at least one error, and only reserved names that exist.
pub(super) fn error_names_are_given(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    // A Fail state may raise any name, reserved or not.
    let raised: BTreeSet<_> = definition.index.states.iter().filter_map(|state| state.state.error.as_deref()).collect();
    for entry in entries(definition) {
        if entry.names.is_empty() {
            found.push(Finding::NoErrorNamed {}.at(entry.at()));
        }
        for (i, name) in entry.names.iter().enumerate() {
            let reserved = name.starts_with(error_name::PREFIX);
            let known =
                error_name::RESERVED.contains(&name.as_str()) || name.starts_with(error_name::HTTP_STATUS_PREFIX);
            if reserved && !known && !placeholder::contained(name) && !raised.contains(name.as_str()) {
                // Compares only what follows the prefix, which all of them have.
                let after = |name: &'_ str| name.strip_prefix(error_name::PREFIX).unwrap_or_default().to_owned();
                let names: Vec<_> = error_name::RESERVED.iter().map(|name| after(name)).collect();
                let near = nearest::nearest(&after(name), names.iter().map(String::as_str)).map(str::to_owned);
                found.push(Finding::UnknownReservedError { name: name.clone(), near }.at(entry.at().index(i)));
            } else if let (false, Some(near)) = (raised.contains(name.as_str()), error_name::misspelt(name)) {
                found.push(Finding::MisspeltError { name: name.clone(), near }.at(entry.at().index(i)));
            }
        }
    }
}

/// `States.ALL` must be alone in its list, which must be the last.
pub(super) fn states_all_is_alone_and_last(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for entry in entries(definition) {
        let Some(place) = entry.names.iter().position(|name| name == error_name::ALL) else { continue };
        let finding = if entry.names.len() > 1 {
            Finding::StatesAllNotAlone {}
        } else if !entry.last {
            Finding::StatesAllNotLast {}
        } else {
            continue;
        };
        found.push(finding.at(entry.at().index(place)));
    }
}

/// Every name in `ErrorEquals` may match: it can be caught, and no earlier entry matches it.
pub(super) fn every_error_name_may_match(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for entry in entries(definition) {
        if entry.first {
            taken.clear();
        }
        for (i, error) in entry.names.iter().enumerate() {
            let name = error.clone();
            let finding = if error_name::NEVER_CAUGHT.contains(&error.as_str()) {
                Finding::NeverCaught { name }
            } else if error_name::NEVER_RAISED.contains(&error.as_str()) {
                Finding::NeverRaised { name }
            } else if entry.names.iter().take(i).any(|earlier| earlier == error) {
                Finding::ErrorNamedTwice { name }
            } else if taken.contains(error.as_str()) {
                Finding::TakenEarlier { name }
            } else if taken.contains(error_name::TASK_FAILED) && error_name::is_task_failure(error) {
                Finding::TakenByTaskFailed { name }
            } else {
                continue;
            };
            found.push(finding.at(entry.at().index(i)));
        }
        // Another finding reports entries after `States.ALL`.
        let names = entry.names.iter().map(String::as_str);
        taken.extend(names.take_while(|name| *name != error_name::ALL));
    }
}

/// A retrier's longest delay is longer than its first.
pub(super) fn the_longest_delay_exceeds_the_first(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in &definition.index.states {
        for (i, retrier) in state.state.retry.iter().flatten().enumerate() {
            let longest = retrier.max_delay_seconds.as_ref().and_then(Value::as_u64);
            let first = match &retrier.interval_seconds {
                None => Some(INTERVAL_SECONDS),
                Some(seconds) => seconds.as_u64(),
            };
            if let (Some(longest), Some(first)) = (longest, first)
                && (1..=first).contains(&longest)
            {
                let at = state.at.child("Retry").index(i).child("MaxDelaySeconds");
                found.push(Finding::MaxDelayNotLonger { longest, first }.at(at));
            }
        }
    }
}
