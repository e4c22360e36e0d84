//! Checks properties by the events of the history while an execution runs.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use workflow_local::history::Details;
use workflow_local::{EventType, Execution, HistoryEvent, Status, View};

use super::Property;
use crate::states::States;

/// An occurrence in an execution, or in a child of a distributed map.
pub(crate) struct News<'h> {
    pub(crate) happening: Happening<'h>,
    /// The numbers of the map run and of the item, if it is in a child.
    child: Option<(usize, usize)>,
    history: &'h [HistoryEvent],
    /// The previous event on its branch.
    previous: u64,
}

impl News<'_> {
    /// Returns the iterations of these maps that contain it, outermost first. The event that started the iteration of a
    /// map is the last event of this map before it: the events between belong to the iteration, or to maps inside it.
    fn iterations(&self, maps: &[Arc<str>]) -> Vec<usize> {
        let mut found = Vec::with_capacity(maps.len());
        let mut around = maps.iter().rev().peekable();
        let mut at = self.previous;
        while let Some(map) = around.peek()
            && let Some(before) = usize::try_from(at).ok().and_then(|id| self.history.get(id.checked_sub(1)?))
        {
            if let (EventType::MapIterationStarted, Details::MapIteration { name, index }) =
                (before.kind, &before.details)
                && name == *map
            {
                found.push(*index);
                around.next();
            }
            at = before.previous_id;
        }
        found.reverse();
        found
    }

    pub(crate) fn is_of_child(&self) -> bool {
        self.child.is_some()
    }
}

/// An occurrence that properties depend on.
pub(crate) enum Happening<'h> {
    Entered(&'h Arc<str>),
    Succeeded(&'h Arc<str>),
    /// A catcher took the error.
    Caught(&'h Arc<str>, Option<&'h str>),
    EvaluationFailed {
        state: &'h Arc<str>,
        error: &'h str,
        cause: &'h str,
        /// The field of the expression.
        field: Option<&'h str>,
    },
    Ended(View<'h>),
}

/// A violated property.
#[derive(Clone, Debug)]
pub(crate) struct Breach {
    /// The index of the property.
    pub(crate) property: usize,
    pub(crate) state: Option<String>,
    pub(crate) message: String,
}

/// Reads histories as they grow.
#[derive(Clone, Debug, Default)]
pub(crate) struct Happenings {
    read: usize,
    /// How much of each child's history was read; `None` if the child has ended.
    children: BTreeMap<(usize, usize), Option<usize>>,
}

impl Happenings {
    /// Reads the new events. The events of the children of distributed maps come first.
    pub(crate) fn read(&mut self, execution: &Execution, mut see: impl FnMut(&News<'_>)) {
        for (number, map_run) in execution.map_runs().iter().enumerate() {
            for (index, child) in execution.children(map_run, usize::MAX) {
                let Some(read) = self.children.entry((number, index)).or_insert(Some(0)) else { continue };
                events(child, *read, Some((number, index)), &mut see);
                *read = child.history().len();
                if child.status() != Status::Running {
                    self.children.insert((number, index), None);
                }
            }
        }
        events(execution.view(), self.read, None, &mut see);
        self.read = execution.history().len();
    }
}

fn events(of: View<'_>, read: usize, child: Option<(usize, usize)>, see: &mut impl FnMut(&News<'_>)) {
    let history = of.history();
    for event in history.iter().skip(read) {
        let happening = match &event.details {
            Details::StateEntered { name, .. } => Happening::Entered(name),
            Details::StateExited { name, .. } => match of.caught(event.id) {
                Some(error) => Happening::Caught(name, error),
                None => Happening::Succeeded(name),
            },
            Details::EvaluationFailed { state, error, cause, location } => {
                Happening::EvaluationFailed { state, error, cause, field: location.as_deref() }
            }
            _ => continue,
        };
        see(&News { happening, child, history, previous: event.previous_id });
    }
    if of.status() != Status::Running {
        see(&News { happening: Happening::Ended(of), child, history, previous: 0 });
    }
}

/// The progress of each property.
#[derive(Clone, Debug)]
pub(crate) struct Monitors {
    properties: Arc<[Watched]>,
    states: Arc<States>,
    /// The progress by property, child and iteration.
    seen: BTreeMap<(usize, Place), u8>,
}

/// The child and the iteration in which a property is checked separately.
type Place = (Option<(usize, usize)>, Vec<usize>);

#[derive(Debug)]
struct Watched {
    property: Property,
    /// The distributed map whose children are checked; `None` for the execution itself.
    within: Option<Arc<str>>,
    /// The maps that contain all its states, outermost first. Each iteration is checked separately.
    maps: Vec<Arc<str>>,
}

impl Monitors {
    pub(crate) fn new(properties: &[Property], states: &Arc<States>) -> Self {
        let watched = properties.iter().map(|property| {
            let facts: Vec<_> = property.states().into_iter().filter_map(|name| states.get(name)).collect();
            let first = facts.first();
            let maps = first.map(|first| first.maps.iter().enumerate()).into_iter().flatten();
            let shared = maps.take_while(|(depth, map)| facts.iter().all(|facts| facts.maps.get(*depth) == Some(map)));
            Watched {
                property: property.clone(),
                within: first.and_then(|facts| facts.distributed.clone()),
                maps: shared.map(|(_, map)| Arc::clone(map)).collect(),
            }
        });
        Self { properties: watched.collect(), states: Arc::clone(states), seen: BTreeMap::new() }
    }

    pub(crate) fn property(&self, number: usize) -> Option<&Property> {
        self.properties.get(number).map(|watched| &watched.property)
    }

    pub(crate) fn looks_at_children(&self) -> bool {
        self.properties.iter().any(|watched| watched.within.is_some())
    }

    pub(crate) fn hash(&self, hasher: &mut impl Hasher) {
        self.seen.hash(hasher);
    }

    /// Records an occurrence. Calls `note` for each property that no longer holds.
    pub(crate) fn see(&mut self, news: &News<'_>, note: &mut impl FnMut(Breach)) {
        let (state, succeeded) = match news.happening {
            Happening::Entered(name) => (name, false),
            Happening::Succeeded(name) => (name, true),
            Happening::Caught(name, _) => return self.leave_map(name, news, note),
            Happening::Ended(of) => return self.end(of, news.child, note),
            Happening::EvaluationFailed { .. } => return,
        };
        if succeeded {
            self.leave_map(state, news, note);
        }
        let properties = Arc::clone(&self.properties);
        for (number, watched) in properties.iter().enumerate() {
            if !watched.property.states().contains(&&**state) {
                continue;
            }
            let seen = self.seen.entry((number, (news.child, news.iterations(&watched.maps)))).or_default();
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

    /// Records that a map was left, so its iterations have ended.
    fn leave_map(&mut self, state: &Arc<str>, news: &News<'_>, note: &mut impl FnMut(Breach)) {
        let properties = Arc::clone(&self.properties);
        for (number, watched) in properties.iter().enumerate() {
            let Some(depth) = watched.maps.iter().position(|map| map == state) else { continue };
            let around = news.iterations(watched.maps.get(..depth).unwrap_or_default());
            self.close(number, |(child, place)| *child == news.child && place.starts_with(&around), note);
        }
    }

    /// Ends the progress of a property in these places.
    fn close(&mut self, property: usize, ended: impl Fn(&Place) -> bool, note: &mut impl FnMut(Breach)) {
        let Some(Watched { property: watched, .. }) = self.properties.get(property) else { return };
        self.seen.retain(|(number, place), seen| {
            if *number != property || !ended(place) {
                return true;
            }
            if let (Property::After { first, then }, 1) = (watched, *seen) {
                let then: Vec<_> = then.iter().map(|name| format!("`{name}`")).collect();
                let neither = if then.len() > 1 { "neither of " } else { "not " };
                let message =
                    format!("`{first}` has succeeded, and {neither}{} follows before the end", then.join(", "));
                note(Breach { property, state: Some(first.clone()), message });
            }
            false
        });
    }

    /// Records that the execution, or a child, has ended.
    fn end(&mut self, of: View<'_>, child: Option<(usize, usize)>, note: &mut impl FnMut(Breach)) {
        let last = last_state(of.history());
        let properties = Arc::clone(&self.properties);
        for (number, watched) in properties.iter().enumerate() {
            self.close(number, |(of, _)| *of == child, note);
            let Property::EndsIn(states) = &watched.property else { continue };
            let within = last.as_ref().and_then(|last| self.states.get(last)?.distributed.as_ref());
            let is_one = |last: &Arc<str>| states.iter().any(|state| **state == **last);
            if watched.within.as_ref() == within && !last.as_ref().is_some_and(is_one) {
                let what = if child.is_some() { "a child of the map" } else { "the execution" };
                let last = last.as_ref().map_or_else(|| "no state".to_owned(), |last| format!("`{last}`"));
                note(Breach { property: number, state: None, message: format!("{what} ends in {last}") });
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
