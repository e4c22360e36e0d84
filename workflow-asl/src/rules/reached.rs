//! Rules on which errors come to which handlers: a name that nothing there raises, and an error that no handler takes
//! although all others are taken by name.

use std::collections::BTreeSet;

use super::api::{is_prefix, names_task_error};
use super::raised::{Errors, caught};
use super::{Definition, all_of};
use crate::document::{State, StateKind};
use crate::nearest::nearest;
use crate::{Code, Diagnostic, Pointer, error_name, placeholder};

/// What raises those reserved errors that not every state raises. `States.Timeout` and `States.Permissions` are not among
/// them: who catches those of states that only pass something on for now knows that tasks will come.
const SOURCES: &[(&str, &str)] = &[
    (error_name::HEARTBEAT_TIMEOUT, "a task with a heartbeat"),
    (error_name::HTTP_SOCKET, "a task that calls `http:invoke`"),
    (error_name::INTRINSIC_FAILURE, "a state in JSONPath"),
    (error_name::RESULT_PATH_MATCH_FAILURE, "a state in JSONPath"),
    (error_name::QUERY_EVALUATION_ERROR, "a state in JSONata"),
    (error_name::BRANCH_FAILED, "a Parallel state"),
    (error_name::EXCEED_TOLERATED_FAILURE_THRESHOLD, "a distributed map"),
    (error_name::ITEM_READER_FAILED, "a distributed map"),
    (error_name::RESULT_WRITER_FAILED, "a distributed map that writes its results"),
];

/// Something at hand raises each error that a handler names: the task, a state inside the parallel or map, or Step
/// Functions for a state of this kind and query language.
pub(super) fn handlers_name_what_is_raised(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for (number, state) in definition.parts.states.iter().enumerate() {
        let retriers = state.state.retry.iter().flatten().map(|retrier| &retrier.error_equals);
        let catchers = state.state.catch.iter().flatten().map(|catcher| &catcher.error_equals);
        let of = |field: &'static str| move |(i, names)| (field, i, names);
        let lists = retriers.enumerate().map(of("Retry")).chain(catchers.enumerate().map(of("Catch")));
        for (field, i, names) in lists {
            for (k, name) in names.iter().flatten().enumerate() {
                if let Some((code, message, help)) = never(name, number, definition) {
                    let at = state.at.child(field).index(i).child("ErrorEquals").index(k);
                    let diagnostic = Diagnostic::new(code, at, message);
                    found.push(match help {
                        Some(help) => diagnostic.with_help(help),
                        None => diagnostic,
                    });
                }
            }
        }
    }
}

/// Why an error never comes to a handler of the state.
fn never(name: &str, number: usize, definition: &Definition<'_>) -> Option<(Code, String, Option<String>)> {
    let state = definition.parts.states.get(number)?;
    // These have other findings, or stand for many errors.
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
        let message = format!("`{name}` comes from {} only, so this never matches here", known.or(http)?);
        let help = (name == error_name::HEARTBEAT_TIMEOUT && state.state.kind == StateKind::Task)
            .then(|| "give the task a heartbeat, or remove the name".to_owned());
        return Some((Code::NeverMatches, message, help));
    }
    // What was probably meant by `State.ALL` is another finding.
    if errors.any || error_name::misspelt(name).is_some() {
        return None;
    }
    let near = meant(name, errors).map(|near| format!("did you mean `{near}`?"));
    match state.state.kind {
        StateKind::Task if names_task_error(definition, number, name) => None,
        StateKind::Task => {
            let message = format!("`{name}` is not among the errors that `{}` is said to raise", state.name);
            Some((Code::UnraisedError, message, near.or_else(|| Some("add it to those, or remove it here".to_owned()))))
        }
        _ if state.state.is_distributed() => {
            let fails = error_name::EXCEED_TOLERATED_FAILURE_THRESHOLD;
            let message = format!("no error of an iteration leaves a distributed map, so `{name}` never matches");
            Some((Code::NeverMatches, message, Some(format!("too many iterations that fail end it with `{fails}`"))))
        }
        _ => {
            // An API may be newer than the table.
            let of_api = name.split_once('.').is_some_and(|(prefix, _)| errors.has_api(prefix));
            let code = if of_api { Code::UnraisedError } else { Code::NeverMatches };
            let message = format!("no state inside `{}` raises `{name}`, or lets it pass", state.name);
            let source = name
                .split_once('.')
                .filter(|(prefix, _)| !of_api && is_prefix(prefix))
                .map(|(prefix, _)| format!("errors `{prefix}.…` come from tasks that call this service"));
            Some((code, message, near.or(source)))
        }
    }
}

/// The error that was probably meant: one of the same service, or one without a prefix as this is.
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

/// Where catchers take errors by name they take all that are known of the state, or what is around takes the others.
///
/// Known are those that a task is said to raise and those of `Fail` states inside; of AWS's APIs, which have many, only
/// the last one that is not named is likely to have been forgotten.
pub(super) fn no_error_passes_where_the_others_are_caught(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for (number, state) in definition.parts.states.iter().enumerate() {
        let names: BTreeSet<_> = caught(state.state).into_iter().collect();
        if names.is_empty() || takes_all(&names) || names.iter().any(|name| placeholder::likely(name)) {
            continue;
        }
        let Some(errors) = definition.raised().states.get(number) else { continue };
        let taken = |name: &str| names.contains(name);
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
            {
                left.push(last.clone());
            }
        }
        left.retain(|name| !is_taken_outside(number, name, definition));
        if left.is_empty() {
            continue;
        }
        // The last of those that take any of the others.
        let takes =
            |names: &[String]| names.iter().any(|name| errors.own.contains(name.as_str()) || modelled.contains(name));
        let catchers = state.state.catch.iter().flatten().map(|catcher| catcher.error_equals.as_deref()).enumerate();
        let last = catchers.filter(|(_, names)| names.is_some_and(takes)).last().map_or(0, |(number, _)| number);
        let listed = all_of(left.iter().map(String::as_str));
        let (verb, them) = if left.len() == 1 { ("is", "it") } else { ("are", "them") };
        let message = format!(
            "{listed} {verb} not caught, though the other errors of `{}` are: the workflow fails with {them}",
            state.name
        );
        let at: Pointer = state.at.child("Catch").index(last).child("ErrorEquals");
        found.push(
            Diagnostic::new(Code::UncaughtError, at, message)
                .with_help(format!("name {them} in a catcher, or add one of `States.ALL` at the end")),
        );
    }
}

pub(super) fn takes_all(names: &BTreeSet<&str>) -> bool {
    names.contains(error_name::ALL) || names.contains(error_name::TASK_FAILED)
}

/// Whether a state around takes the error, or a distributed map counts it as a failed item.
pub(super) fn is_taken_outside(number: usize, name: &str, definition: &Definition<'_>) -> bool {
    let scope_of = |number: usize| {
        let state = definition.parts.states.get(number)?;
        definition.parts.scopes.get(state.scope)
    };
    let mut around = scope_of(number);
    while let Some(scope) = around {
        let Some(owner) = scope.owner else { return false };
        let takes = |state: &State| {
            let names: BTreeSet<_> = caught(state).into_iter().collect();
            takes_all(&names) || names.contains(name)
        };
        if scope.distributed || definition.parts.states.get(owner).is_some_and(|state| takes(state.state)) {
            return true;
        }
        around = scope_of(owner);
    }
    false
}
