//! Compares two values: missing parts, added parts, and parts from another source.

use std::collections::BTreeMap;

use crate::flow::symbol::{Symbol, ValueSource};
use crate::rule::Verdict;

/// How a value differs, in ascending order of severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    /// It has an additional part.
    Added,
    /// It has another value of the same type.
    Value,
    /// It comes from another source, and its form is unknown.
    Source,
    /// It has several alternatives, and one alternative has another form.
    Maybe,
    /// It has another type.
    Type,
    /// It lacks a part.
    Removed,
}

impl Change {
    pub(super) fn verdict(self) -> Verdict {
        match self {
            Self::Added | Self::Value => Verdict::Compatible,
            Self::Source | Self::Maybe => Verdict::Careful,
            Self::Type | Self::Removed => Verdict::Breaking,
        }
    }
}

/// The differences, each with its path in the value: `order.id`; empty for the whole value.
pub(super) type Changes = Vec<(Change, String)>;

/// Returns the most severe difference.
pub(super) fn worst(changes: &Changes) -> Option<Change> {
    changes.iter().map(|(change, _)| *change).max()
}

pub(super) fn compare(old: &Symbol, new: &Symbol) -> Changes {
    let mut changes = Changes::new();
    compare_at(old, new, "", &mut changes);
    changes
}

fn compare_at(old: &Symbol, new: &Symbol, place: &str, changes: &mut Changes) {
    if old == new {
        return;
    }
    if let (Some(before), Some(after)) = (old.kind(), new.kind())
        && before != after
    {
        changes.push((Change::Type, format!("{}: {} -> {}", named(place), before.noun(), after.noun())));
        return;
    }
    match (old, new) {
        (Symbol::OneOf(_), _) | (_, Symbol::OneOf(_)) => alternatives(old, new, place, changes),
        (Symbol::Scalar(_), Symbol::Scalar(_)) => changes.push((Change::Value, named(place))),
        (Symbol::Tuple(before), Symbol::Tuple(after)) => {
            for (number, before) in before.iter().enumerate() {
                let place = format!("{place}[{number}]");
                match after.get(number) {
                    Some(after) => compare_at(before, after, &place, changes),
                    None => changes.push((Change::Removed, named(&place))),
                }
            }
            let more = before.len()..after.len();
            changes.extend(more.map(|number| (Change::Added, named(&format!("{place}[{number}]")))));
        }
        (Symbol::List(before), Symbol::List(after)) => compare_at(before, after, &format!("{place}[]"), changes),
        (Symbol::Object { .. }, Symbol::Object { .. })
        | (Symbol::Object { .. }, Symbol::Part { .. })
        | (Symbol::Part { .. }, Symbol::Object { .. }) => objects(old, new, place, changes),
        // A part of the older value.
        (Symbol::Part { of: before, path: whole }, Symbol::Part { of: after, path: part })
            if before == after && part.starts_with(whole) =>
        {
            changes.push((Change::Removed, format!("the rest of {}", named(place))));
        }
        (Symbol::Computed { kind: Some(before), .. }, _) if new.kind() == Some(*before) => {
            changes.push((Change::Value, named(place)));
        }
        (_, Symbol::Computed { kind: Some(after), .. }) if old.kind() == Some(*after) => {
            changes.push((Change::Value, named(place)));
        }
        _ => changes.push((Change::Source, named(place))),
    }
}

/// Compares each alternative of the newer value with the nearest one of the older value.
fn alternatives(old: &Symbol, new: &Symbol, place: &str, changes: &mut Changes) {
    let nearest = |new: &Symbol| {
        let all = old.alternatives().iter().map(|old| {
            let mut changes = Changes::new();
            compare_at(old, new, place, &mut changes);
            changes
        });
        all.min_by_key(worst).unwrap_or_default()
    };
    let all: Vec<Changes> = new.alternatives().iter().map(nearest).collect();
    let alike = all.iter().any(|changes| worst(changes).is_none_or(|worst| worst.verdict() == Verdict::Compatible));
    for (change, place) in all.into_iter().flatten() {
        let change = if alike && change.verdict() == Verdict::Breaking { Change::Maybe } else { change };
        changes.push((change, place));
    }
}

/// Returns the members of an object, and its base.
fn parts(symbol: &Symbol) -> (BTreeMap<String, Symbol>, Option<Symbol>) {
    match symbol {
        Symbol::Object { members, base } => (members.clone(), base.as_deref().cloned()),
        other => (BTreeMap::new(), Some(other.clone())),
    }
}

fn objects(old: &Symbol, new: &Symbol, place: &str, changes: &mut Changes) {
    let ((before, old_base), (after, new_base)) = (parts(old), parts(new));
    let inner = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    for (name, old) in &before {
        match (after.get(name), &new_base) {
            (Some(new), _) => compare_at(old, new, &inner(name), changes),
            (None, Some(base)) if Some(base) != old_base.as_ref() => {
                let new = base.member(name);
                // Callers do not send values that the definition constructed; the members of a result are unknown.
                let of_input = matches!(new, Symbol::Part { of: ValueSource::Input, .. });
                if of_input && !matches!(old, Symbol::Part { of: ValueSource::Input, .. }) {
                    changes.push((Change::Removed, named(&inner(name))));
                } else {
                    compare_at(old, &new, &inner(name), changes);
                }
            }
            (None, _) => changes.push((Change::Removed, named(&inner(name)))),
        }
    }
    let added = after.keys().filter(|name| !before.contains_key(*name));
    for name in added {
        match &old_base {
            // The new members may cover the members of the base.
            Some(base) if old_base != new_base && new_base.is_none() => {
                let (new, old) = (after.get(name).unwrap_or(&Symbol::Unknown), base.member(name));
                compare_at(&old, new, &inner(name), changes);
            }
            _ => changes.push((Change::Added, named(&inner(name)))),
        }
    }
    match (old_base, new_base) {
        (Some(before), Some(after)) if before != after => compare_at(&before, &after, place, changes),
        // The parts of the execution's input are known; the parts of a result are not.
        (Some(Symbol::Part { of: ValueSource::Input, .. }), None) => {
            changes.push((Change::Removed, format!("the rest of {}", named(place))));
        }
        (Some(_), None) => changes.push((Change::Source, format!("the rest of {}", named(place)))),
        _ => {}
    }
}

/// Returns a path for use in a sentence.
fn named(place: &str) -> String {
    if place.is_empty() { "the whole".to_owned() } else { format!("`{place}`") }
}
