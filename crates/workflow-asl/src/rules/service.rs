//! What the Step Functions API says about a definition: which findings it has, their order and their words.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Definition, check_and_parse};
use crate::checked::CheckedMachine;
use crate::document::{MachineType, State, StateKind};
use crate::finding::AwsDiagnostic;
use crate::graph::Graph;
use crate::{Code, Diagnostic, Finding, Pointer};

/// Checks a definition as the Step Functions API does before it creates a state machine: returns what the API reports,
/// and the machine if nothing prevents it from running.
pub fn check_as_the_service(definition: &Value, kind: MachineType) -> (Option<CheckedMachine>, Vec<AwsDiagnostic>) {
    let (machine, mut found) = check_and_parse(definition, kind, revise);
    // The API accepts what only fails at run time.
    found.retain(|one| !one.code.fails_only_when_it_runs());
    (machine, reported_by_the_service(definition, found))
}

/// Returns findings about a definition as the Step Functions API reports them: in its order, and each once.
pub fn reported_by_the_service(definition: &Value, mut found: Vec<Diagnostic>) -> Vec<AwsDiagnostic> {
    if found.is_empty() {
        return Vec::new();
    }
    // It does not read the value of a field that should not be there.
    let refused: BTreeSet<_> = found.iter().filter(|one| one.refuses_field()).map(|one| one.pointer.clone()).collect();
    found.retain(|one| {
        let from = if one.refuses_field() { one.pointer.parent() } else { Some(one.pointer.clone()) };
        !std::iter::successors(from, Pointer::parent).any(|at| refused.contains(&at))
    });
    let places = places(definition);
    let place = |one: &Diagnostic| {
        let at = one.place_for_aws().unwrap_or_default();
        let known = std::iter::successors(Some(at), Pointer::parent).find_map(|at| places.get(&at).copied());
        known.unwrap_or_default()
    };
    found.sort_by_cached_key(|one| (step(one.code), place(one)));
    let mut reported: Vec<AwsDiagnostic> = Vec::new();
    let mut known = BTreeSet::new();
    for one in found.iter().flat_map(|one| one.to_aws(definition)) {
        // One name in an expression twice is one finding.
        if known.insert((one.code, one.message.clone(), one.location.clone())) {
            reported.push(one);
        }
    }
    reported
}

/// The steps of the API's validation, which are reported in their order: the objects and their fields, the names, the
/// targets of transitions, the end of the machine, the states that no transition leads to.
fn step(code: Code) -> u8 {
    match code {
        Code::DuplicateStateName | Code::StateNameTooLong | Code::DuplicateLabel | Code::BadLabel => 1,
        Code::UnknownTarget | Code::TargetInOtherScope => 2,
        Code::NoWayToEnd => 3,
        Code::UnreachableState => 4,
        _ => 0,
    }
}

/// Returns the number of each value in the order of the document, each before its parts.
fn places(definition: &Value) -> BTreeMap<Pointer, usize> {
    let mut places = BTreeMap::new();
    let mut pending = vec![(Pointer::root(), definition)];
    while let Some((at, value)) = pending.pop() {
        match value {
            Value::Object(members) => pending.extend(members.iter().rev().map(|(key, value)| (at.child(key), value))),
            Value::Array(items) => pending.extend(items.iter().enumerate().rev().map(|(i, item)| (at.index(i), item))),
            _ => {}
        }
        places.insert(at, places.len());
    }
    places
}

/// Replaces the findings of the rules on graphs by the API's: it looks for the states that no transition leads to even
/// where a target is missing, but not in a machine without an end.
fn revise(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    found.retain(|one| !matches!(one.code, Code::NoWayToEnd | Code::UnreachableState));
    let outermost = |graph: &Graph<'_>| graph.scope().owner.is_none();
    let mut endless = false;
    for graph in definition.graphs.iter().filter(|graph| graph.scope().states.is_some()) {
        if let (true, Some(name)) = (graph.states().is_empty(), graph.scope().start_at) {
            let finding = Finding::UnknownTarget { name: name.to_owned(), near: None };
            found.push(finding.at(graph.scope().pointer.child("StartAt")));
        }
        if outermost(graph) && !graph.states().iter().any(|(_, state)| ends(state)) {
            endless = true;
            found.push(Finding::NoEnd { scope: "the state machine", inner: false }.at(Pointer::root()));
        }
        if graph.scope().start_at.is_some() && !(endless && outermost(graph)) {
            found.extend(unreached(graph).into_iter().map(|number| {
                let start = graph.scope().start_at.unwrap_or_default().to_owned();
                let state = graph.states().get(number).map_or("", |(name, _)| name).to_owned();
                Finding::UnreachableState { start, state }.at(graph.state_pointer(number))
            }));
        }
    }
}

/// Returns whether the API takes a state for one that ends its machine, even if other fields of it are wrong.
fn ends(state: &State) -> bool {
    match &state.source.whole {
        Some(whole) => whole.get("End").is_some_and(|end| *end != false),
        None => {
            matches!(state.kind, StateKind::Succeed | StateKind::Fail) || state.has("End") && state.end != Some(false)
        }
    }
}

/// Returns the states that the API reports as unreachable: those that no transition leads to, not those after them.
/// Of a circle it is the first.
fn unreached(graph: &Graph<'_>) -> Vec<usize> {
    let states = graph.states();
    // The transitions of a state that could not be read are not known.
    if states.iter().any(|(_, state)| state.is_unread()) {
        return Vec::new();
    }
    let mut known = graph.reachable();
    known.resize(states.len(), false);
    let mut entered = vec![false; states.len()];
    for edge in graph.edges().iter().filter(|edge| edge.to != Some(edge.from)) {
        if let Some(entered) = edge.to.and_then(|to| entered.get_mut(to)) {
            *entered = true;
        }
    }
    let is = |list: &[bool], number: usize| list.get(number) == Some(&true);
    let (roots, others): (Vec<usize>, Vec<usize>) = (0..states.len()).partition(|number| !is(&entered, *number));
    let mut reported = Vec::new();
    for number in roots.into_iter().chain(others) {
        if is(&known, number) {
            continue;
        }
        reported.push(number);
        let mut pending = vec![number];
        while let Some(next) = pending.pop() {
            if let Some(known) = known.get_mut(next).filter(|known| !**known) {
                *known = true;
                pending.extend(graph.leaving(next).iter().filter_map(|edge| edge.to));
            }
        }
    }
    reported
}
