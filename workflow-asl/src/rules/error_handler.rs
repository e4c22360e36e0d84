//! The rule on states that run when another one has failed: their own errors are caught too.

use std::collections::{BTreeMap, BTreeSet};

use super::Definition;
use super::raised::caught;
use super::reached::{is_taken_outside, takes_all};
use crate::document::StateKind;
use crate::graph::{EdgeKind, Graph};
use crate::{Code, Diagnostic, error_name, placeholder};

/// How a state is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reached {
    /// By a way without an error.
    InOrder,
    /// By a catcher alone.
    AfterAnError,
    Never,
}

/// Where every task that runs in order has its errors caught, those of the tasks that handle the errors are caught too.
pub(super) fn errors_of_handlers_are_caught(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let states = &definition.parts.states;
    // Where a transition leads nowhere, or not to where it can be told, a state may be reached otherwise.
    let open = |graph: &Graph<'_>| graph.edges().iter().any(|edge| edge.to.is_none());
    if !states.iter().any(|state| state.state.catch.is_some()) || definition.graphs.iter().any(open) {
        return;
    }
    let reached = reached(definition);
    let mut in_order = false;
    let mut handlers = Vec::new();
    for (number, (state, reached)) in states.iter().zip(&reached).enumerate() {
        if state.state.kind != StateKind::Task && !state.state.is_distributed() {
            continue;
        }
        let names: BTreeSet<_> = caught(state.state).into_iter().collect();
        let taken = takes_all(&names) || is_taken_outside(number, error_name::ALL, definition);
        // What a placeholder stands for is not known.
        let open = state.state.has("Catch") && state.state.catch.is_none()
            || names.iter().any(|name| placeholder::likely(name));
        match reached {
            Reached::InOrder if !taken => return,
            Reached::InOrder => in_order = true,
            Reached::AfterAnError if !taken && !open => handlers.push(number),
            _ => {}
        }
    }
    if !in_order {
        return;
    }
    // The states of a parallel or map that handles an error are told of at that, once.
    let mut told: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for number in handlers.into_iter().filter(|number| !is_allowed(*number, definition)) {
        let Some(state) = states.get(number) else { continue };
        let outermost = outermost_handler(number, &reached, definition);
        let inner = told.entry(outermost).or_default();
        if outermost != number {
            inner.push(state.name);
        }
    }
    for (number, inner) in told {
        let Some(state) = states.get(number) else { continue };
        let name = state.name;
        let then = match &state.state.next {
            Some(next) => format!("`{next}` does not run"),
            None => "the execution fails".to_owned(),
        };
        let whose = match inner.as_slice() {
            [] => "its own errors are".to_owned(),
            inner => {
                let names: Vec<_> = inner.iter().map(|name| format!("`{name}`")).collect();
                format!("errors of {} in it are", names.join(" and "))
            }
        };
        let message = format!("`{name}` runs when another state has failed, and {whose} not caught: then {then}");
        let diagnostic = Diagnostic::new(Code::UncaughtHandler, state.at.clone(), message);
        found.push(diagnostic.with_help("give it a catcher of `States.ALL`"));
    }
}

/// The outermost state around this one that itself runs after an error alone, or this one.
fn outermost_handler(number: usize, reached: &[Reached], definition: &Definition<'_>) -> usize {
    let parts = &definition.parts;
    let around = |number: usize| {
        let owner = parts.scopes.get(parts.states.get(number)?.scope)?.owner?;
        (reached.get(owner) == Some(&Reached::AfterAnError)).then_some(owner)
    };
    let mut outermost = number;
    while let Some(owner) = around(outermost) {
        outermost = owner;
    }
    outermost
}

/// How each state is reached, by its number.
fn reached(definition: &Definition<'_>) -> Vec<Reached> {
    let parts = &definition.parts;
    let scopes: BTreeMap<_, _> = parts.scopes.iter().enumerate().map(|(number, scope)| (&scope.at, number)).collect();
    let mut names: Vec<Vec<(&str, usize)>> = vec![Vec::new(); parts.scopes.len()];
    for (number, state) in parts.states.iter().enumerate() {
        if let Some(names) = names.get_mut(state.scope) {
            names.push((state.name, number));
        }
    }
    let mut reached = vec![Reached::Never; parts.states.len()];
    // A scope stands after the state that holds it.
    for graph in &definition.graphs {
        let Some(&scope) = scopes.get(&graph.scope().pointer) else { continue };
        let owner = parts.scopes.get(scope).and_then(|scope| scope.owner).and_then(|owner| reached.get(owner).copied());
        let outer = owner.unwrap_or(Reached::InOrder);
        let in_order = in_order(graph);
        let at_all = graph.reachable();
        for (name, number) in names.get(scope).into_iter().flatten() {
            let Some(own) = graph.number(name) else { continue };
            let of = match (outer, in_order.get(own), at_all.get(own)) {
                (Reached::Never, ..) | (_, _, Some(false) | None) => Reached::Never,
                (Reached::InOrder, Some(true), _) => Reached::InOrder,
                _ => Reached::AfterAnError,
            };
            if let Some(slot) = reached.get_mut(*number) {
                *slot = of;
            }
        }
    }
    reached
}

/// For each state of a scope, whether a way without an error leads to it.
fn in_order(graph: &Graph<'_>) -> Vec<bool> {
    let mut reached = vec![false; graph.states().len()];
    let mut next: Vec<usize> = graph.start().into_iter().collect();
    while let Some(state) = next.pop() {
        let Some(seen) = reached.get_mut(state) else { continue };
        if !std::mem::replace(seen, true) {
            let edges = graph.leaving(state).iter().filter(|edge| !matches!(edge.kind, EdgeKind::Catch(_)));
            next.extend(edges.filter_map(|edge| edge.to));
        }
    }
    reached
}

/// Whether the source says that its errors, or those of a state around it, may leave the workflow.
fn is_allowed(number: usize, definition: &Definition<'_>) -> bool {
    let parts = &definition.parts;
    let mut next = Some(number);
    while let Some(state) = next.and_then(|number| parts.states.get(number)) {
        if definition.annotations.uncaught.contains(&state.at) {
            return true;
        }
        next = parts.scopes.get(state.scope).and_then(|scope| scope.owner);
    }
    false
}
