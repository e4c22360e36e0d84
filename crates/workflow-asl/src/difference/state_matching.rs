//! Matches the states of two definitions.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::StateLocation;
use super::field::{self, TRANSITIONS};
use crate::{Pointer, State};

/// The least share of equal fields of two states with different names that match.
const ALIKE: f64 = 0.6;

/// The positions of a state in the older and the newer definition.
pub(super) type Pair = (Option<StateLocation>, Option<StateLocation>);

/// A set of states: its object, and its pointer.
type Scope<'v> = (Pointer, &'v Value);

/// Returns all states of both definitions, and the new positions of the states that moved to another scope.
pub(super) fn pairs(old: &Value, new: &Value) -> (Vec<Pair>, BTreeSet<Pointer>) {
    let mut found = Vec::new();
    scope((Pointer::root(), old), (Pointer::root(), new), &mut found);
    let moved = join_moved(&mut found);
    // In the order of the newer definition, then the removed states.
    let order = states_in(new, &Pointer::root());
    let place = |pair: &Pair| {
        let new = pair.1.as_ref()?;
        order.iter().position(|(place, _)| place.pointer == new.pointer)
    };
    found.sort_by_key(|pair| place(pair).unwrap_or(usize::MAX));
    (found, moved)
}

fn states<'v>(scope: &Scope<'v>) -> impl Iterator<Item = (StateLocation, &'v Value)> + use<'v> {
    let at = scope.0.clone();
    let states = scope.1.get("States").and_then(Value::as_object).into_iter().flatten();
    states.map(move |(name, state)| {
        let pointer = at.child("States").child(name);
        (StateLocation { name: name.clone(), pointer, scope: at.clone() }, state)
    })
}

/// Returns the scopes inside a state with their keys: `ItemProcessor`, or the index of a branch.
fn inside<'v>(at: &Pointer, state: &'v Value) -> Vec<Scope<'v>> {
    let branches = state.get("Branches").and_then(Value::as_array).into_iter().flatten().enumerate();
    let branches = branches.map(|(number, branch)| (at.child("Branches").index(number), branch));
    let processors = State::PROCESSOR_FIELDS.into_iter();
    let processors = processors.filter_map(|field| Some((at.child(field), state.get(field)?)));
    branches.chain(processors).collect()
}

/// Returns the states of a machine, branch or processor at a pointer, each before those inside it.
pub fn states_in<'v>(body: &'v Value, at: &Pointer) -> Vec<(StateLocation, &'v Value)> {
    let mut found = Vec::new();
    for (place, state) in states(&(at.clone(), body)) {
        let scopes = inside(&place.pointer, state);
        found.push((place, state));
        found.extend(scopes.iter().flat_map(|(at, body)| states_in(body, at)));
    }
    found
}

fn scope(old: Scope<'_>, new: Scope<'_>, found: &mut Vec<Pair>) {
    let olds: Vec<_> = states(&old).collect();
    let news: Vec<_> = states(&new).collect();
    let mut left_old: BTreeSet<usize> = (0..olds.len()).collect();
    let mut left_new: BTreeSet<usize> = (0..news.len()).collect();
    let mut matched = Vec::new();
    for (new_at, (new, _)) in news.iter().enumerate() {
        if let Some(old_at) = olds.iter().position(|(old, _)| old.name == new.name) {
            left_old.remove(&old_at);
            left_new.remove(&new_at);
            matched.push((old_at, new_at));
        }
    }
    let mut candidates = Vec::new();
    for &new_at in &left_new {
        for &old_at in &left_old {
            if let (Some((_, old)), Some((_, new))) = (olds.get(old_at), news.get(new_at)) {
                let likeness = likeness(old, new);
                if likeness >= ALIKE {
                    candidates.push((likeness, new_at, old_at));
                }
            }
        }
    }
    // The most similar first, then in document order.
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    for (_, new_at, old_at) in candidates {
        if left_new.contains(&new_at) && left_old.remove(&old_at) {
            left_new.remove(&new_at);
            matched.push((old_at, new_at));
        }
    }
    for (old_at, new_at) in matched {
        let (Some((old, before)), Some((new, after))) = (olds.get(old_at), news.get(new_at)) else { continue };
        found.push((Some(old.clone()), Some(new.clone())));
        inner(inside(&old.pointer, before), inside(&new.pointer, after), found);
    }
    for (place, state) in left_old.iter().filter_map(|at| olds.get(*at)) {
        found.push((Some(place.clone()), None));
        alone(&inside(&place.pointer, state), |place| (Some(place), None), found);
    }
    for (place, state) in left_new.iter().filter_map(|at| news.get(*at)) {
        found.push((None, Some(place.clone())));
        alone(&inside(&place.pointer, state), |place| (None, Some(place)), found);
    }
}

/// Matches the scopes inside a state: branches match if they share names of states, or else by index.
fn inner(old: Vec<Scope<'_>>, new: Vec<Scope<'_>>, found: &mut Vec<Pair>) {
    let mut left: Vec<Option<Scope<'_>>> = old.into_iter().map(Some).collect();
    let names = |scope: &Scope<'_>| states(scope).map(|(place, _)| place.name).collect::<BTreeSet<_>>();
    let mut without = Vec::new();
    for (number, scope_of_new) in new.into_iter().enumerate() {
        let own = names(&scope_of_new);
        let shared = |old: &Option<Scope<'_>>| old.as_ref().map_or(0, |old| names(old).intersection(&own).count());
        let best = (0..left.len()).rev().max_by_key(|at| left.get(*at).map_or(0, shared));
        let best = best.filter(|at| left.get(*at).is_some_and(|old| shared(old) > 0));
        match best.and_then(|at| left.get_mut(at)).and_then(Option::take) {
            Some(old) => scope(old, scope_of_new, found),
            None => without.push((number, scope_of_new)),
        }
    }
    for (number, scope_of_new) in without {
        match left.get_mut(number).and_then(Option::take) {
            Some(old) => scope(old, scope_of_new, found),
            None => alone(&[scope_of_new], |place| (None, Some(place)), found),
        }
    }
    for old in left.into_iter().flatten() {
        alone(&[old], |place| (Some(place), None), found);
    }
}

fn alone(scopes: &[Scope<'_>], pair: impl Fn(StateLocation) -> Pair, found: &mut Vec<Pair>) {
    let states = scopes.iter().flat_map(|(at, body)| states_in(body, at));
    found.extend(states.map(|(place, _)| pair(place)));
}

/// Joins a removed and an added state with the same name into a moved one, because names are unique in a definition.
fn join_moved(found: &mut Vec<Pair>) -> BTreeSet<Pointer> {
    let mut moved = BTreeSet::new();
    let added: Vec<_> = found.iter().filter(|pair| pair.0.is_none()).filter_map(|pair| pair.1.clone()).collect();
    for new in added {
        let is_it = |pair: &Pair| pair.1.is_none() && pair.0.as_ref().is_some_and(|old| old.name == new.name);
        if let Some(removed) = found.iter_mut().find(|pair| is_it(pair)) {
            removed.1 = Some(new.clone());
            found.retain(|pair| !(pair.0.is_none() && pair.1.as_ref() == Some(&new)));
            moved.insert(new.pointer);
        }
    }
    moved
}

/// Returns the share of equal fields of two states. Their kind and transitions do not count.
fn likeness(old: &Value, new: &Value) -> f64 {
    let (Some(old), Some(new)) = (field::normal_state(old), field::normal_state(new)) else { return 0.0 };
    if old.get("Type") != new.get("Type") {
        return 0.0;
    }
    let counts = |name: &&String| !TRANSITIONS.contains(&name.as_str()) && *name != "Type";
    let more = new.keys().filter(|name| !old.contains_key(*name));
    let (mut all, mut same) = (0_u32, 0_u32);
    for name in old.keys().chain(more).filter(counts) {
        all += 1;
        same += u32::from(is_same(name, &old, &new));
    }
    // States with no other fields are similar only if they have the same transitions.
    if all == 0 {
        let leads_on = |state: &Map<String, Value>| TRANSITIONS.map(|name| state.get(name).cloned());
        return if leads_on(&old) == leads_on(&new) { 1.0 } else { 0.0 };
    }
    f64::from(same) / f64::from(all)
}

/// Returns whether a field is equal, except for transitions.
fn is_same(name: &str, old: &Map<String, Value>, new: &Map<String, Value>) -> bool {
    let (Some(old), Some(new)) = (old.get(name), new.get(name)) else { return false };
    let nowhere = |_: &str| Some(String::new());
    field::with_targets(name, old, &nowhere) == field::with_targets(name, new, &nowhere)
}
