//! Compares two values: missing parts, added parts, and parts from another source.

use std::collections::BTreeMap;

use workflow_asl::json_kind::JsonKind;
use workflow_asl::types::Type;

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
    /// Its items have changed places.
    Order,
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
            Self::Order | Self::Type | Self::Removed => Verdict::Breaking,
        }
    }
}

/// The differences, each with its path in the value: `order.id`; empty for the whole value.
pub(super) type Changes = Vec<(Change, String)>;

/// What is known about the type of a value.
type Known = Option<Type>;

/// Returns the most severe difference.
pub(super) fn worst(changes: &Changes) -> Option<Change> {
    changes.iter().map(|(change, _)| *change).max()
}

/// Compares two values, with what is known about the type of each.
pub(super) fn compare((old, was): (&Symbol, Option<&Type>), (new, is): (&Symbol, Option<&Type>)) -> Changes {
    let mut changes = Changes::new();
    compare_at((old, was.cloned()), (new, is.cloned()), "", &mut changes);
    changes
}

fn compare_at((old, was): (&Symbol, Known), (new, is): (&Symbol, Known), place: &str, changes: &mut Changes) {
    if old == new {
        return;
    }
    let kinds = |symbol: &Symbol, ty: &Known| ty.as_ref().and_then(Type::kind).or_else(|| symbol.kind());
    let (before, after) = (kinds(old, &was), kinds(new, &is));
    if let (Some(before), Some(after)) = (before, after)
        && before != after
    {
        let shown = |ty: &Known, kind: JsonKind| ty.as_ref().map_or(kind.name().to_owned(), Type::to_string);
        changes.push((Change::Type, retyped(place, &shown(&was, before), &shown(&is, after))));
        return;
    }
    let kind = before.filter(|_| before == after);
    let inside = |ty: &Known, name: &str| ty.as_ref().and_then(|ty| ty.at(name));
    match (old, new) {
        (Symbol::OneOf(_), _) | (_, Symbol::OneOf(_)) => alternatives((old, was), (new, is), place, changes),
        (Symbol::Scalar(_), Symbol::Scalar(_)) => changes.push((Change::Value, named(place))),
        (Symbol::Tuple(before), Symbol::Tuple(after)) => {
            if let Some(order) = order(before, after) {
                return changes.push((Change::Order, format!("{}: {order}", named(place))));
            }
            for (number, before) in before.iter().enumerate() {
                let name = format!("[{number}]");
                let place = format!("{place}{name}");
                match after.get(number) {
                    Some(after) => {
                        compare_at((before, inside(&was, &name)), (after, inside(&is, &name)), &place, changes);
                    }
                    None => changes.push((Change::Removed, named(&place))),
                }
            }
            let more = before.len()..after.len();
            changes.extend(more.map(|number| (Change::Added, named(&format!("{place}[{number}]")))));
        }
        (Symbol::List(before), Symbol::List(after)) => {
            let parts = old.parts_listed().zip(new.parts_listed());
            if let Some(order) = parts.and_then(|(before, after)| order(before, after)) {
                return changes.push((Change::Order, format!("{}: {order}", named(place))));
            }
            let (was, is) = (inside(&was, "[]"), inside(&is, "[]"));
            compare_at((before, was), (after, is), &format!("{place}[]"), changes);
        }
        (Symbol::Object { .. }, Symbol::Object { .. })
        | (Symbol::Object { .. }, Symbol::Part { .. })
        | (Symbol::Part { .. }, Symbol::Object { .. }) => objects((old, &was), (new, &is), place, changes),
        // The same call for other values makes other parts.
        (Symbol::Computed { text: before, .. }, Symbol::Computed { text: after, .. })
            if before == after && [JsonKind::Array, JsonKind::Object].map(Some).contains(&kind) =>
        {
            changes.push((Change::Source, named(place)));
        }
        // A part of the older value.
        (Symbol::Part { of: before, path: whole }, Symbol::Part { of: after, path: part })
            if before == after && part.starts_with(whole) =>
        {
            changes.push((Change::Removed, format!("the rest of {}", named(place))));
        }
        _ => {
            match (&was, &is, before.is_some() && before == after) {
                (Some(was), Some(is), true) => {
                    let inner = was.differing_kinds(is);
                    if inner.is_empty() {
                        changes.push((Change::Value, named(place)));
                    }
                    let place = |inner: &str| format!("{place}{inner}").trim_start_matches('.').to_owned();
                    changes.extend(inner.iter().map(|(inner, was, is)| {
                        (Change::Type, retyped(&place(inner), &was.to_string(), &is.to_string()))
                    }));
                }
                (_, _, true) => changes.push((Change::Value, named(place))),
                _ => changes.push((Change::Source, named(place))),
            }
        }
    }
}

/// Returns the new order of items that have changed places, or `None` if other items than those differ.
pub(super) fn order<T: PartialEq>(old: &[T], new: &[T]) -> Option<String> {
    let mut left: Vec<_> = old.iter().enumerate().collect();
    let mut from = Vec::new();
    for (number, item) in new.iter().enumerate() {
        // An item that stays where it is has not moved, whatever equals it.
        let same = left.iter().position(|(at, old)| *at == number && *old == item);
        let found = same.or_else(|| left.iter().position(|(_, old)| *old == item))?;
        from.push(left.remove(found).0);
    }
    let moved = from.iter().enumerate().filter(|(to, from)| to != *from);
    let moved: Vec<_> = moved.map(|(to, from)| format!("[{from}] is now [{to}]")).collect();
    (left.is_empty() && !moved.is_empty()).then(|| moved.join(", "))
}

/// Compares each alternative of the newer value with the nearest one of the older value.
fn alternatives((old, was): (&Symbol, Known), (new, is): (&Symbol, Known), place: &str, changes: &mut Changes) {
    let nearest = |new: &Symbol| {
        let all = old.alternatives().iter().map(|old| {
            let mut changes = Changes::new();
            compare_at((old, was.clone()), (new, is.clone()), place, &mut changes);
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

fn objects((old, was): (&Symbol, &Known), (new, is): (&Symbol, &Known), place: &str, changes: &mut Changes) {
    let at = |ty: &Known, name: &str| ty.as_ref().and_then(|ty| ty.at(name));
    let ((before, old_base), (after, new_base)) = (parts(old), parts(new));
    let inner = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    for (name, old) in &before {
        match (after.get(name), &new_base) {
            (Some(new), _) => compare_at((old, at(was, name)), (new, at(is, name)), &inner(name), changes),
            (None, Some(base)) if Some(base) != old_base.as_ref() => {
                let new = base.member(name);
                // Callers do not send values that the definition constructed; the members of a result are unknown.
                let of_input = matches!(new, Symbol::Part { of: ValueSource::Input, .. });
                if of_input && !matches!(old, Symbol::Part { of: ValueSource::Input, .. }) {
                    changes.push((Change::Removed, named(&inner(name))));
                } else {
                    compare_at((old, at(was, name)), (&new, at(is, name)), &inner(name), changes);
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
                compare_at((&old, at(was, name)), (new, at(is, name)), &inner(name), changes);
            }
            _ => changes.push((Change::Added, named(&inner(name)))),
        }
    }
    match (old_base, new_base) {
        (Some(before), Some(after)) if before != after => compare_at((&before, None), (&after, None), place, changes),
        // The parts of the execution's input are known; the parts of a result are not.
        (Some(Symbol::Part { of: ValueSource::Input, .. }), None) => {
            changes.push((Change::Removed, format!("the rest of {}", named(place))));
        }
        (Some(_), None) => changes.push((Change::Source, format!("the rest of {}", named(place)))),
        _ => {}
    }
}

/// Returns a part with its older and its newer type.
fn retyped(place: &str, was: &str, is: &str) -> String {
    format!("{}: `{was}` -> `{is}`", named(place))
}

/// Returns the path of the part that a difference is about; empty for the whole.
pub(super) fn path_of(difference: &str) -> &str {
    let path = difference.strip_prefix("the rest of ").unwrap_or(difference).strip_prefix('`');
    path.and_then(|path| path.split_once('`')).map_or("", |(path, _)| path)
}

/// Returns a path for use in a sentence.
fn named(place: &str) -> String {
    if place.is_empty() { "the whole".to_owned() } else { format!("`{place}`") }
}
