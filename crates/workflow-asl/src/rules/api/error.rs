//! The rule on the errors in a task's retriers and catchers: the called API must be able to raise them.

use std::collections::BTreeSet;

use workflow_services::{Integration, Service, TaskResource};

use super::{ApiCall, Caller};
use crate::nearest::Lookups;
use crate::rules::Definition;
use crate::{Diagnostic, Finding, Pointer, error_name, placeholder};

/// Retriers and catchers name errors that their task can raise.
pub(in crate::rules) fn tasks_raise_the_errors_that_are_handled(
    definition: &Definition<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let (lookups, mut known) = (Lookups::default(), BTreeSet::new());
    for call in definition.calls.iter().filter(|call| call.caller == Caller::Task) {
        let Some(task) = call.target() else { continue };
        let Some(state) = definition.index.states.get(call.state) else { continue };
        let said = definition.annotations.errors.get(&state.at).map(Vec::as_slice);
        for (field, lists) in state.state.handled() {
            for (i, names) in lists.into_iter().enumerate() {
                let at = state.at.child(field).index(i).child("ErrorEquals");
                check(call, (task, said), names.unwrap_or_default(), &at, (&lookups, &mut known), found);
            }
        }
    }
}

/// Returns whether the rule above looks at this name where the state's handlers have it.
pub(in crate::rules) fn names_task_error(definition: &Definition<'_>, state: usize, name: &str) -> bool {
    let at = definition.calls.partition_point(|call| call.state < state);
    let call = definition.calls.get(at).filter(|call| call.state == state && call.caller == Caller::Task);
    call.and_then(ApiCall::target).is_some_and(|task| {
        let prefix = name.split_once('.').map_or("", |(prefix, _)| prefix);
        let own = task.error_prefix().unwrap_or_default();
        !task.raises_any() || !own.is_empty() && prefix == own || is_other_generation(task, prefix, own)
    })
}

/// Checks a list of names. `known` has the errors of the calls so far: many tasks name the same ones.
fn check<'d>(
    call: &ApiCall<'d>,
    (task, said): (TaskResource<'_>, Option<&[String]>),
    names: &'d [String],
    at: &Pointer,
    (lookups, known): (&Lookups, &mut BTreeSet<(&'d str, &'d str)>),
    found: &mut Vec<Diagnostic>,
) {
    // The errors of a function or worker may have any name, unless a list declares them.
    let any = task.raises_any() && said.is_none();
    let said = said.unwrap_or_default();
    let raised = |name: &str| task.errors().any(|error| error.matches(name)) || said.iter().any(|said| said == name);
    for (i, name) in names.iter().enumerate() {
        if name.starts_with(error_name::PREFIX) || placeholder::likely(name) || known.contains(&(call.arn, name)) {
            continue;
        }
        if raised(name) {
            // A declared error is one of this state alone.
            if said.is_empty() {
                known.insert((call.arn, name));
            }
            continue;
        }
        let (prefix, rest) = name.split_once('.').unwrap_or(("", name));
        let own = task.error_prefix().unwrap_or_default();
        let (call, error) = (|| call.name().to_owned(), || name.clone());
        let here = format!("{own}.{rest}");
        let other = is_other_generation(task, prefix, own);
        // A name similar to one of the service is probably misspelt.
        let like_own = prefix == own && !own.is_empty();
        let slip = if any && like_own { nearest_of(task, rest, lookups) } else { None };
        if slip.is_some() {
            let finding = Finding::UnraisedError { call: call(), name: error(), near: slip, prefix: None };
            found.push(finding.at(at.index(i)));
            continue;
        }
        if any && !(other && raised(&here)) || task.raises_any() && !other && !like_own {
            continue;
        }
        if other {
            // A handler that names both intends both.
            if names.contains(&here) {
                continue;
            }
            let write = nearest_of(task, rest, lookups).unwrap_or(here);
            let (prefix, certain) = (own.to_owned(), is_verified(task) && !any);
            let finding = Finding::OtherErrorPrefix { call: call(), name: error(), prefix, write, certain };
            found.push(finding.at(at.index(i)));
            continue;
        }
        // A name without a prefix may lack one.
        let near = if prefix == own || prefix.is_empty() { nearest_of(task, rest, lookups) } else { None };
        let near = near.or_else(|| (prefix != own && raised(&here)).then_some(here));
        let prefix = (prefix != own && !own.is_empty()).then(|| own.to_owned());
        found.push(Finding::UnraisedError { call: call(), name: error(), near, prefix }.at(at.index(i)));
    }
}

/// Returns whether errors of some service's calls have this prefix.
pub(in crate::rules) fn is_prefix(prefix: &str) -> bool {
    Integration::all().any(|integration| integration.error_prefix() == prefix)
        || Service::find(&prefix.to_ascii_lowercase()).is_some_and(|service| service.error_prefix() == prefix)
}

/// Returns the error of the task that has this name after its prefix, or the one most like it.
fn nearest_of(task: TaskResource<'_>, name: &str, lookups: &Lookups) -> Option<String> {
    let own = task.error_prefix()?;
    let names: Vec<_> = task.errors().map(|error| error.to_string()).filter(|name| !name.contains('*')).collect();
    let names = || names.iter().filter_map(|known| known.strip_prefix(own)?.strip_prefix('.'));
    let same = names().find(|known| *known == name || known.strip_suffix("Exception") == Some(name));
    Some(format!("{own}.{}", same.or_else(|| lookups.nearest(name, names()))?))
}

fn is_verified(task: TaskResource<'_>) -> bool {
    match task {
        TaskResource::Optimised(integration, _) => integration.errors_verified(),
        _ => true,
    }
}

/// Returns whether the same service's errors begin with `prefix` in the other kind of integration: optimised ones have
/// names of AWS's SDK for Java 1; SDK integrations use the names of version 2.
fn is_other_generation(task: TaskResource<'_>, prefix: &str, own: &str) -> bool {
    if prefix == own || prefix.is_empty() {
        return false;
    }
    prefix.eq_ignore_ascii_case(own)
        || match task {
            TaskResource::Optimised(integration, _) => Service::find(&prefix.to_ascii_lowercase())
                .is_some_and(|other| other.error_prefix() == prefix && other.iam_prefix() == integration.service()),
            TaskResource::Sdk(operation, _) => Integration::all()
                .any(|other| other.error_prefix() == prefix && other.service() == operation.service().iam_prefix()),
            _ => false,
        }
}
