//! The rule on states that run after an error: their own errors must be caught too.

use std::collections::BTreeMap;

use super::Definition;
use super::error_flow::is_taken_outside;
use super::raised_errors::{caught, passing_all};
use super::reachability::{Reachability, reachability};
use crate::document::StateKind;
use crate::graph::Graph;
use crate::{Diagnostic, Finding, error_name, placeholder};

/// If the errors of all tasks on the regular paths are caught, the errors of the tasks that handle errors must be
/// caught too.
pub(super) fn errors_of_catch_targets_are_caught(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let states = &definition.index.states;
    // If a target is missing or unknown, a state may be reached by other paths.
    let open = |graph: &Graph<'_>| graph.edges().iter().any(|edge| edge.to.is_none());
    if !states.iter().any(|state| state.state.catch.is_some()) || definition.graphs.iter().any(open) {
        return;
    }
    let reachability = reachability(definition);
    let mut in_order = false;
    let mut handlers = Vec::new();
    for (number, (state, reachability)) in states.iter().zip(&reachability).enumerate() {
        if state.state.kind != StateKind::Task && !state.state.is_distributed() {
            continue;
        }
        let names = caught(state.state);
        let taken = passing_all(&names).is_some() || is_taken_outside(number, error_name::ALL, definition);
        // The value of a placeholder is unknown.
        let open = state.state.has("Catch") && state.state.catch.is_none()
            || names.iter().any(|name| placeholder::likely(name));
        match reachability {
            Reachability::InOrder if !taken => return,
            Reachability::InOrder => in_order = true,
            Reachability::AfterAnError if !taken && !open => handlers.push(number),
            _ => {}
        }
    }
    if !in_order {
        return;
    }
    // For the states of a parallel or map that handles an error, only that state is reported, once.
    let mut told: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for number in handlers.into_iter().filter(|number| !is_allowed(*number, definition)) {
        let Some(state) = states.get(number) else { continue };
        let outermost = outermost_handler(number, &reachability, definition);
        let inner = told.entry(outermost).or_default();
        if outermost != number {
            inner.push(state.name.to_owned());
        }
    }
    for (number, inner) in told {
        let Some(state) = states.get(number) else { continue };
        let (name, next) = (state.name.to_owned(), state.state.next.clone());
        found.push(Finding::UncaughtHandler { state: name, inner, next }.at(state.at.clone()));
    }
}

/// Returns the outermost state around this one that itself runs after an error alone, or this one.
fn outermost_handler(number: usize, reachability: &[Reachability], definition: &Definition<'_>) -> usize {
    let index = &definition.index;
    let around = |number: usize| {
        let owner = index.scopes.get(index.states.get(number)?.scope)?.owner?;
        (reachability.get(owner) == Some(&Reachability::AfterAnError)).then_some(owner)
    };
    let mut outermost = number;
    while let Some(owner) = around(outermost) {
        outermost = owner;
    }
    outermost
}

/// Returns whether the source says that the errors of the state, or of a state around it, may leave the workflow.
fn is_allowed(number: usize, definition: &Definition<'_>) -> bool {
    let index = &definition.index;
    let own = index.states.get(number).into_iter();
    let around = own.clone().flat_map(|state| index.around(state.scope)).map(|(_, owner)| owner);
    own.chain(around).any(|state| definition.annotations.uncaught.contains(&state.at))
}
