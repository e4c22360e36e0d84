//! Rules on the flow of errors to handlers: names that are never raised, and errors that no handler catches although
//! all others are caught by name.

use std::collections::BTreeSet;

use super::Definition;
use super::api::{is_prefix, names_task_error};
use super::raised_errors::{Errors, caught, passing_all};
use crate::document::{State, StateKind};
use crate::nearest::nearest;
use crate::{Diagnostic, Finding, error_name, placeholder};

/// The sources of reserved errors that not every state raises. `States.Timeout` and `States.Permissions` are omitted,
/// because a handler may name them for tasks to be added later.
const SOURCES: &[(&str, &str)] = &[
    (error_name::HEARTBEAT_TIMEOUT, "a task with a heartbeat"),
    (error_name::HTTP_SOCKET, "a task that calls `http:invoke`"),
    (error_name::RESULT_PATH_MATCH_FAILURE, "a state in JSONPath"),
    (error_name::QUERY_EVALUATION_ERROR, "a state in JSONata"),
    (error_name::BRANCH_FAILED, "a Parallel state"),
    (error_name::EXCEED_TOLERATED_FAILURE_THRESHOLD, "a distributed map"),
    (error_name::ITEM_READER_FAILED, "a distributed map"),
    (error_name::RESULT_WRITER_FAILED, "a distributed map that writes its results"),
];

/// Each error that a handler names can be raised: by the task, by a state inside the parallel or map, or by Step
/// Functions for a state of this kind and query language.
pub(super) fn handlers_name_what_is_raised(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for (number, state) in definition.index.states.iter().enumerate() {
        for (field, lists) in state.state.handled() {
            for (i, names) in lists.into_iter().enumerate() {
                for (k, name) in names.into_iter().flatten().enumerate() {
                    let at = || state.at.child(field).index(i).child("ErrorEquals").index(k);
                    found.extend(never(name, number, definition).map(|finding| finding.at(at())));
                }
            }
        }
    }
}

/// Returns why an error never reaches a handler of the state.
fn never(name: &str, number: usize, definition: &Definition<'_>) -> Option<Finding> {
    let at = definition.index.states.get(number)?;
    // These have other findings, or match many errors.
    let other = [error_name::ALL, error_name::TASK_FAILED];
    if other.contains(&name) || is_never_handled(name) || placeholder::likely(name) {
        return None;
    }
    let errors = definition.raised().states.get(number)?;
    if errors.may_have(name) {
        return None;
    }
    if name.starts_with(error_name::PREFIX) {
        let known = SOURCES.iter().find(|(known, _)| *known == name).map(|(_, source)| *source);
        let http = name.starts_with(error_name::HTTP_STATUS_PREFIX).then_some("a task that calls `http:invoke`");
        let heartbeat = name == error_name::HEARTBEAT_TIMEOUT && at.state.kind == StateKind::Task;
        return Some(Finding::ErrorOfOthers { name: name.to_owned(), source: known.or(http)?, heartbeat });
    }
    // Another finding reports `State.ALL` and the like.
    if errors.any || error_name::misspelt(name).is_some() {
        return None;
    }
    if at.state.kind == StateKind::Task && names_task_error(definition, number, name)
        || definition.excuse(&errors.unchecked)
    {
        return None;
    }
    let (near, state) = (meant(name, errors), at.name.to_owned());
    match at.state.kind {
        StateKind::Task => Some(Finding::NotSaidToRaise { name: name.to_owned(), state, near }),
        _ if at.state.is_distributed() => Some(Finding::ErrorOfIteration { name: name.to_owned() }),
        _ => {
            let prefix = name.split_once('.').map(|(prefix, _)| prefix);
            // An API may be newer than the table.
            let of_api = prefix.is_some_and(|prefix| errors.has_api(prefix));
            let service = prefix.filter(|prefix| !of_api && is_prefix(prefix)).map(str::to_owned);
            Some(Finding::NotRaisedInside { name: name.to_owned(), state, of_api, service, near })
        }
    }
}

/// Returns the error that was probably meant: one of the same service, or one without a prefix as this is.
fn meant(name: &str, errors: &Errors<'_>) -> Option<String> {
    let (prefix, rest) = name.rsplit_once('.').unwrap_or(("", name));
    let known: Vec<_> = errors.known().collect();
    let near = known.iter().map(|name| name.rsplit_once('.').unwrap_or(("", name)));
    let near = nearest(rest, near.filter(|(of, _)| *of == prefix).map(|(_, rest)| rest))?;
    Some(if prefix.is_empty() { near.to_owned() } else { format!("{prefix}.{near}") })
}

fn is_never_handled(name: &str) -> bool {
    error_name::NEVER_CAUGHT.contains(&name) || error_name::NEVER_RAISED.contains(&name)
}

/// Catchers that name errors catch all known errors of the state, or an enclosing state catches the others. Known
/// errors are the declared errors of a task and the errors of `Fail` states inside; of the many errors of AWS's APIs,
/// only a single missing one is probably forgotten.
pub(super) fn no_error_passes_where_the_others_are_caught(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for (number, state) in definition.index.states.iter().enumerate() {
        let names = caught(state.state);
        if names.is_empty() || passing_all(&names).is_some() || names.iter().any(|name| placeholder::likely(name)) {
            continue;
        }
        let Some(errors) = definition.raised().states.get(number) else { continue };
        let taken = |name: &str| names.contains(&name);
        let own: Vec<_> = errors.own.iter().copied().filter(|name| !name.starts_with(error_name::PREFIX)).collect();
        let mut left: Vec<String> = Vec::new();
        if own.iter().any(|name| taken(name)) {
            left.extend(own.iter().filter(|name| !taken(name)).map(|name| (*name).to_owned()));
        }
        let modelled: BTreeSet<_> = errors.modelled().collect();
        if !errors.any && state.state.kind == StateKind::Task {
            let mut passing = modelled.iter().filter(|name| !taken(name));
            if let (Some(last), None) = (passing.next(), passing.next())
                && modelled.len() > 2
                && (errors.unchecked.is_empty()
                    || is_taken_outside(number, last, definition)
                    || !definition.excuse(&errors.unchecked))
            {
                left.push(last.clone());
            }
        }
        left.retain(|name| !is_taken_outside(number, name, definition));
        if left.is_empty() {
            continue;
        }
        // The last catcher that takes any of the others.
        let takes =
            |names: &[String]| names.iter().any(|name| errors.own.contains(name.as_str()) || modelled.contains(name));
        let catchers = state.state.catch.iter().flatten().map(|catcher| catcher.error_equals.as_deref()).enumerate();
        let last = catchers.filter(|(_, names)| names.is_some_and(takes)).last().map_or(0, |(number, _)| number);
        let at = state.at.child("Catch").index(last).child("ErrorEquals");
        found.push(Finding::ErrorsPass { errors: left, state: state.name.to_owned() }.at(at));
    }
}

/// Returns whether a state around takes the error, or a distributed map counts it as a failed item.
pub(super) fn is_taken_outside(number: usize, name: &str, definition: &Definition<'_>) -> bool {
    let takes = |state: &State| {
        let names = caught(state);
        passing_all(&names).is_some() || names.contains(&name)
    };
    let index = &definition.index;
    let mut around = index.states.get(number).into_iter().flat_map(|state| index.around(state.scope));
    around.any(|(scope, owner)| scope.distributed || takes(owner.state))
}
