//! Rules on the graph of each scope: targets, ends, reachability.

use std::collections::BTreeMap;

use super::Definition;
use crate::document::StateKind;
use crate::graph::Graph;
use crate::nearest::Lookups;
use crate::{Code, Diagnostic, Finding, Pointer, placeholder};

/// A machine, a branch and an item processor have at least one state.
pub(super) fn every_scope_has_states(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for graph in &definition.graphs {
        if graph.scope().states.is_some() && graph.states().is_empty() {
            found.push(Finding::NoStates {}.at(graph.scope().pointer.child("States")));
        }
    }
}

/// `StartAt` and every transition name a state of the same scope.
pub(super) fn targets_exist(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let mut elsewhere: BTreeMap<&str, &Pointer> = BTreeMap::new();
    for state in &definition.index.states {
        elsewhere.entry(state.name).or_insert(&state.at);
    }
    let lookups = Lookups::default();
    let mut unknown = |graph: &Graph<'_>, name: &str, at: Pointer| {
        if placeholder::contained(name) {
            return;
        }
        let finding = if let Some(place) = elsewhere.get(name) {
            Finding::TargetInOtherScope { name: name.to_owned(), at: (*place).clone() }
        } else {
            let near = lookups.nearest(name, graph.states().iter().map(|(name, _)| *name));
            Finding::UnknownTarget { name: name.to_owned(), near: near.map(str::to_owned) }
        };
        found.push(finding.at(at));
    };
    // Without states, every target would be reported for this one mistake.
    for graph in definition.graphs.iter().filter(|graph| !graph.states().is_empty()) {
        let start = graph.scope().start_at.filter(|_| graph.start().is_none());
        if let Some(name) = start {
            unknown(graph, name, graph.scope().pointer.child("StartAt"));
        }
        for edge in graph.edges().iter().filter(|edge| edge.to.is_none()) {
            unknown(graph, edge.target, edge.kind.pointer(&graph.state_pointer(edge.from)));
        }
    }
}

/// A state that does not end its scope by its kind has `Next` or `End`.
pub(super) fn states_say_where_to_go_on(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in &definition.index.states {
        let goes_on = !matches!(state.state.kind, StateKind::Choice | StateKind::Succeed | StateKind::Fail);
        if goes_on && says_nothing(state.state) {
            found.push(Finding::NoTransition { state: state.name.to_owned() }.at(state.at.clone()));
        }
    }
}

fn says_nothing(state: &crate::State) -> bool {
    !state.has("Next") && (state.end == Some(false) || !state.has("End"))
}

/// Returns whether a mistake that is reported elsewhere leaves open where the state leads.
fn is_open(graph: &Graph<'_>, number: usize, state: &crate::State) -> bool {
    let goes_on = !matches!(state.kind, StateKind::Choice | StateKind::Succeed | StateKind::Fail);
    state.is_unread()
        || goes_on && (says_nothing(state) || !state.is_terminal() && state.next.is_none())
        || state.has("Choices")
            && state
                .choices
                .as_ref()
                .is_none_or(|rules| rules.is_empty() || rules.iter().any(|rule| rule.next.is_none()))
        || state.has("Catch") && state.catch.as_ref().is_none_or(|list| list.iter().any(|entry| entry.next.is_none()))
        || state.has("Default") && state.default.is_none()
        || graph.leaving(number).iter().any(|edge| edge.to.is_none())
}

/// From every reachable state, a path leads to a state that ends the scope.
///
/// AWS only requires that the outermost scope has a state that ends it, but an execution never leaves any other endless
/// loop.
pub(super) fn every_scope_ends(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for graph in &definition.graphs {
        let ending = graph.reaching(|number, state| state.is_terminal() || is_open(graph, number, state));
        let reached = graph.reachable();
        let stuck: Vec<usize> = (0..graph.states().len())
            .filter(|&i| ending.get(i) == Some(&false) && reached.get(i) == Some(&true))
            .collect();
        let Some(&first) = stuck.first() else { continue };
        let scope = scope_phrase(graph);
        found.push(if !ending.contains(&true) {
            let inner = graph.scope().owner.is_some();
            Finding::NoEnd { scope, inner }.at(graph.scope().pointer.clone())
        } else {
            let states = stuck.iter().filter_map(|number| Some(graph.states().get(*number)?.0.to_owned())).collect();
            Finding::NoWayOut { states, scope }.at(graph.state_pointer(first))
        });
    }
}

fn scope_phrase(graph: &Graph<'_>) -> &'static str {
    let at = graph.scope().pointer.as_str();
    if graph.scope().owner.is_none() {
        "the state machine"
    } else if at.ends_with("/ItemProcessor") || at.ends_with("/Iterator") {
        "the item processor"
    } else {
        "the branch"
    }
}

/// Every state is reachable from `StartAt` of its scope.
///
/// Like AWS, it does not examine a state machine that no state ends.
pub(super) fn every_state_is_reached(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let endless = found.iter().any(|finding| finding.code == Code::NoWayToEnd);
    let examined = |graph: &&Graph<'_>| graph.start().is_some() && !(endless && graph.scope().owner.is_none());
    for graph in definition.graphs.iter().filter(examined) {
        let reached = graph.reachable();
        let is_reached = |number: usize| reached.get(number) == Some(&true);
        let states = graph.states().iter().enumerate();
        // An invalid transition may have been meant to lead here.
        if states.clone().any(|(number, (_, state))| is_reached(number) && is_open(graph, number, state)) {
            continue;
        }
        for (number, (name, _)) in states.filter(|(number, (_, state))| !is_reached(*number) && !state.is_unread()) {
            let start = graph.scope().start_at.unwrap_or_default().to_owned();
            let finding = Finding::UnreachableState { start, state: (*name).to_owned() };
            found.push(finding.at(graph.state_pointer(number)));
        }
    }
}
