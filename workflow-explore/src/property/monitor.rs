//! Checks properties while an execution runs, by the events of its history.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use workflow_local::history::Details;
use workflow_local::{EventType, Execution, HistoryEvent};

use super::Property;
use crate::states::States;

/// Something that properties observe.
#[derive(Clone, Debug)]
pub(crate) enum Happening {
    Entered(Arc<str>),
    Succeeded(Arc<str>),
}

/// A violated property.
#[derive(Clone, Debug)]
pub(crate) struct Breach {
    /// The index of the property.
    pub(crate) property: usize,
    pub(crate) state: Option<String>,
    pub(crate) message: String,
}

/// Reads a growing history.
#[derive(Clone, Debug, Default)]
pub(crate) struct Happenings {
    read: usize,
}

/// Whether an event before `…Exited` means that a catcher handled the state's error.
fn is_failure(kind: EventType) -> bool {
    let name = kind.name();
    name.ends_with("Failed") || name.ends_with("TimedOut")
}

impl Happenings {
    pub(crate) fn read(&mut self, history: &[HistoryEvent], mut see: impl FnMut(Happening, &dyn Fn() -> Vec<usize>)) {
        for (number, event) in history.iter().enumerate().skip(self.read) {
            let happening = match &event.details {
                Details::StateEntered { name, .. } => Happening::Entered(Arc::clone(name)),
                Details::StateExited { name, .. } => {
                    let before = number.checked_sub(1).and_then(|before| history.get(before));
                    if before.is_some_and(|before| is_failure(before.kind)) {
                        continue;
                    }
                    Happening::Succeeded(Arc::clone(name))
                }
                _ => continue,
            };
            see(happening, &|| iterations(history, event));
        }
        self.read = history.len();
    }
}

/// Returns the iterations that an event belongs to, innermost first.
fn iterations(history: &[HistoryEvent], event: &HistoryEvent) -> Vec<usize> {
    let mut found = Vec::new();
    // Iterations that ended before the event.
    let mut ended = 0_usize;
    let mut at = event.previous_id;
    while let Some(before) = usize::try_from(at).ok().and_then(|id| history.get(id.checked_sub(1)?)) {
        match (before.kind, &before.details) {
            (EventType::MapIterationStarted, Details::MapIteration { index, .. }) => {
                // The previous event may belong to the iteration that made room for this one: the map's start counts.
                if ended == 0 {
                    found.push(*index);
                }
                ended = ended.saturating_sub(1);
                at = map_started(history, before);
                continue;
            }
            (EventType::MapIterationSucceeded | EventType::MapIterationFailed, _) => ended += 1,
            _ => {}
        }
        at = before.previous_id;
    }
    found
}

/// Returns the event before the iterations of an iteration's map.
fn map_started(history: &[HistoryEvent], iteration: &HistoryEvent) -> u64 {
    let mut depth = 0_usize;
    let mut at = iteration.previous_id;
    while let Some(before) = usize::try_from(at).ok().and_then(|id| history.get(id.checked_sub(1)?)) {
        match before.kind {
            EventType::MapStateStarted if depth == 0 => return before.id,
            EventType::MapStateStarted => depth -= 1,
            EventType::MapStateSucceeded | EventType::MapStateFailed => depth += 1,
            _ => {}
        }
        at = before.previous_id;
    }
    0
}

/// The progress of each property.
#[derive(Clone, Debug)]
pub(crate) struct Monitors {
    properties: Arc<[Watched]>,
    /// Progress by property and iteration.
    seen: BTreeMap<(usize, Vec<usize>), u8>,
}

#[derive(Debug)]
struct Watched {
    property: Property,
    /// Whether each iteration is checked by itself.
    by_iteration: bool,
}

impl Monitors {
    pub(crate) fn new(properties: &[Property], states: Option<&States>) -> Self {
        let watched = properties.iter().map(|property| {
            let maps = |name: &&str| states.and_then(|states| states.get(name)).map_or(0, |facts| facts.maps);
            let in_maps = property.states().iter().all(|name| maps(name) > 0);
            Watched { property: property.clone(), by_iteration: states.is_none() || in_maps }
        });
        Self { properties: watched.collect(), seen: BTreeMap::new() }
    }

    pub(crate) fn property(&self, number: usize) -> Option<&Property> {
        self.properties.get(number).map(|watched| &watched.property)
    }

    pub(crate) fn hash(&self, hasher: &mut impl Hasher) {
        self.seen.hash(hasher);
    }

    /// Observes what happened; calls `note` for each violation.
    pub(crate) fn see(
        &mut self,
        happening: &Happening,
        iteration: &dyn Fn() -> Vec<usize>,
        note: &mut impl FnMut(Breach),
    ) {
        let properties = Arc::clone(&self.properties);
        for (number, watched) in properties.iter().enumerate() {
            let (state, succeeded) = match happening {
                Happening::Entered(name) => (name, false),
                Happening::Succeeded(name) => (name, true),
            };
            if !watched.property.states().contains(&&**state) {
                continue;
            }
            let place = if watched.by_iteration { iteration() } else { Vec::new() };
            let seen = self.seen.entry((number, place)).or_default();
            let breach = match &watched.property {
                Property::After { first, then } => {
                    if succeeded && first == &**state {
                        *seen = 1;
                    } else if !succeeded && then.iter().any(|then| then == &**state) {
                        *seen = 0;
                    }
                    None
                }
                Property::NeverBoth(one, other) if succeeded => {
                    *seen |= u8::from(one == &**state) | u8::from(other == &**state) << 1;
                    (*seen == 3).then(|| format!("both `{one}` and `{other}` have succeeded"))
                }
                Property::AtMostOnce(_) if succeeded => {
                    *seen = seen.saturating_add(1).min(2);
                    (*seen == 2).then(|| format!("`{state}` has succeeded twice"))
                }
                Property::Before(first, then) => {
                    if succeeded && first == &**state {
                        *seen = 1;
                    }
                    let early = !succeeded && then == &**state && *seen == 0;
                    early.then(|| format!("`{then}` is entered, and `{first}` has not succeeded"))
                }
                Property::NoneAfter { call, compensation } => {
                    let late = !succeeded && call == &**state && *seen == 1;
                    if !succeeded && compensation == &**state {
                        *seen = 1;
                    }
                    late.then(|| format!("`{call}` is entered after `{compensation}`"))
                }
                Property::NeverBoth(..) | Property::AtMostOnce(_) | Property::EndsIn(_) => None,
            };
            if let Some(message) = breach {
                note(Breach { property: number, state: Some(state.to_string()), message });
            }
        }
        // Properties without progress need not be stored.
        self.seen.retain(|_, seen| *seen != 0);
    }

    /// Handles the end of the execution.
    pub(crate) fn end(&self, execution: &Execution, note: &mut impl FnMut(Breach)) {
        for (number, watched) in self.properties.iter().enumerate() {
            match &watched.property {
                Property::After { first, then }
                    if self.seen.iter().any(|((property, _), seen)| *property == number && *seen == 1) =>
                {
                    let then: Vec<_> = then.iter().map(|name| format!("`{name}`")).collect();
                    let neither = if then.len() > 1 { "neither of " } else { "not " };
                    let message =
                        format!("`{first}` has succeeded, and {neither}{} follows before the end", then.join(", "));
                    note(Breach { property: number, state: Some(first.clone()), message });
                }
                Property::EndsIn(states) => {
                    let last = last_state(execution.history());
                    if !last.as_deref().is_some_and(|last| states.iter().any(|state| state == last)) {
                        let last = last.map_or_else(|| "no state".to_owned(), |last| format!("`{last}`"));
                        note(Breach {
                            property: number,
                            state: None,
                            message: format!("the execution ends in {last}"),
                        });
                    }
                }
                _ => {}
            }
        }
    }
}

/// Returns the last state of an execution.
pub(crate) fn last_state(history: &[HistoryEvent]) -> Option<Arc<str>> {
    let mut at = history.last();
    while let Some(event) = at {
        match &event.details {
            Details::StateEntered { name, .. } | Details::StateExited { name, .. } => return Some(Arc::clone(name)),
            Details::EvaluationFailed { state, .. } => return Some(Arc::clone(state)),
            _ => {}
        }
        at = usize::try_from(event.previous_id).ok().and_then(|id| history.get(id.checked_sub(1)?));
    }
    None
}
