//! Checks properties by the events of the history while an execution runs.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde_json::Value;
use workflow_asl::Pointer;
use workflow_asl::error_name::{HEARTBEAT_TIMEOUT, TIMEOUT};
use workflow_asl::property::{Clause, EventOf, Moment, PropertyKind, PropertyOf};
use workflow_asl::types::StateTypes;
use workflow_local::history::Details;
use workflow_local::internal::{InternalView, StateFailed};
use workflow_local::{EventType, Execution, HistoryEvent, Payload, Status, View};

use super::Property;
use crate::broken::Broken;
use crate::decision::shown;
use crate::states::States;

/// An occurrence in an execution, or in a child of a distributed map.
pub(crate) struct News<'h> {
    pub(crate) happening: Happening<'h>,
    /// The numbers of the map run and of the item, if it is in a child.
    pub(crate) child: Option<(usize, usize)>,
    history: &'h [HistoryEvent],
    /// The previous event on its branch.
    previous: u64,
}

impl News<'_> {
    /// Returns the iterations of these maps that contain it, outermost first. The event that started the iteration of a
    /// map is the last event of this map before it: the events between belong to the iteration, or to maps inside it.
    fn iterations(&self, maps: &[Arc<str>]) -> Vec<usize> {
        let mut around = maps.iter().rev().peekable();
        let mut before = events_before(self.history, self.previous);
        let mut found = Vec::with_capacity(maps.len());
        while let Some(map) = around.peek()
            && let Some(before) = before.next()
        {
            if let (EventType::MapIterationStarted, Details::MapIteration { name, index }) =
                (before.kind, &before.details)
                && name == *map
            {
                found.push(*index);
                around.next();
            }
        }
        found.reverse();
        found
    }
}

/// An occurrence that properties depend on.
pub(crate) enum Happening<'h> {
    Entered(&'h Arc<str>),
    Succeeded {
        state: &'h Arc<str>,
        /// Whether it is a distributed map some of whose items failed.
        with_failures: bool,
    },
    /// The state failed, and no retrier runs it again.
    Failed(&'h StateFailed),
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
                events((execution, child), *read, Some((number, index)), &mut see);
                *read = child.history().len();
                if child.status() != Status::Running {
                    self.children.insert((number, index), None);
                }
            }
        }
        events((execution, execution.view()), self.read, None, &mut see);
        self.read = execution.history().len();
    }
}

fn events(
    (execution, of): (&Execution, View<'_>),
    read: usize,
    child: Option<(usize, usize)>,
    see: &mut impl FnMut(&News<'_>),
) {
    let history = of.history();
    let mut failed = of.failed().iter().skip_while(|failed| failed.events < read as u64).peekable();
    for (number, event) in history.iter().enumerate().skip(read) {
        while let Some(failed) = failed.next_if(|failed| failed.events <= number as u64) {
            see(&News { happening: Happening::Failed(failed), child, history, previous: failed.previous });
        }
        let happening = match &event.details {
            Details::StateEntered { name, .. } => Happening::Entered(name),
            Details::StateExited { name, .. } => match of.caught(event.id) {
                Some(failed) => Happening::Caught(name, failed.error.as_deref()),
                None => Happening::Succeeded { state: name, with_failures: has_failures(execution, history, event) },
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

/// Returns whether a state that was left was a distributed map some of whose children failed.
fn has_failures(execution: &Execution, history: &[HistoryEvent], exited: &HistoryEvent) -> bool {
    let before = events_before(history, exited.previous_id);
    let mut before = before.take_while(|event| !matches!(event.details, Details::StateEntered { .. }));
    let arn = before.find_map(|event| match &event.details {
        Details::MapRunStarted { map_run_arn } => Some(&**map_run_arn),
        _ => None,
    });
    let map_run = arn.and_then(|arn| execution.map_runs().iter().find(|map_run| map_run.arn() == arn));
    map_run.is_some_and(|map_run| {
        let (children, _) = execution.map_run_counts(map_run);
        children.failed + children.timed_out + children.aborted > 0
    })
}

/// Whether the output of each state has only members that the definition determines, and the names of the members that it gives and
/// that have known kinds. All else in outputs may be a guess.
pub(crate) type KnownOutputs = Arc<BTreeMap<String, (bool, BTreeSet<String>)>>;

pub(crate) fn known_outputs(states: &BTreeMap<Pointer, StateTypes>) -> KnownOutputs {
    let known = states.iter().filter_map(|(at, state)| {
        let output = state.output.as_ref()?;
        let has_all = output.all_members().is_some();
        let known =
            output.members().into_iter().filter(|(_, ty, certain)| ty.kind().is_some() && (has_all || *certain));
        Some((at.tokens().last()?, (has_all, known.map(|(name, ..)| name).collect())))
    });
    Arc::new(known.collect())
}

/// The progress of each property.
#[derive(Clone, Debug)]
pub(crate) struct Monitors {
    pub(super) properties: Arc<[Watched]>,
    states: Arc<States>,
    outputs: Option<KnownOutputs>,
    /// The progress by property, child and iteration.
    seen: BTreeMap<(usize, Place), Progress>,
    /// For each property, which of its first two events happened while it was checked.
    pub(crate) met: Vec<u8>,
}

/// The child and the iteration in which a property is checked separately.
type Place = (Option<(usize, usize)>, Vec<usize>);

/// The progress of a property in a place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Progress {
    /// Which of its events happened, or how often.
    events: u8,
    /// Whether the event of its `since` happened, and of its `until` after it.
    since: bool,
    until: bool,
    /// Whether the event of its `unless` happened.
    unless: bool,
    /// Why it does not hold, unless the event of its `unless` still happens.
    broken: Option<Why>,
}

/// Why a property does not hold: the state and the message.
type Why = (Option<String>, String);

#[derive(Debug)]
pub(super) struct Watched {
    property: Property,
    /// The distributed map whose children are checked; `None` for the execution itself.
    pub(super) within: Option<Arc<str>>,
    /// The maps that contain all its states, outermost first. Each iteration is checked separately.
    maps: Vec<Arc<str>>,
}

impl Watched {
    fn has(&self, clause: Clause) -> bool {
        self.property.0.clauses.iter().any(|(of, _)| *of == clause)
    }

    fn breach(&self, (state, message): Why) -> Broken {
        Broken::error(&self.property.to_string(), state, message, None)
    }

    /// Returns which of its first two events must have happened, so that it was exercised.
    fn wants(&self) -> u8 {
        match self.property.0.kind {
            PropertyKind::NeverBoth => 3,
            PropertyKind::Before | PropertyKind::NoneAfter => 2,
            _ => 1,
        }
    }

    /// Records what happened. `is` says whether it is an event of the property. Returns the state and the message if the
    /// property does not hold.
    fn step(&self, progress: &mut Progress, met: &mut u8, is: impl Fn(&EventOf<String>) -> bool) -> Option<Why> {
        let PropertyOf { kind, events, clauses, .. } = &self.property.0;
        let mut broken = None;
        // What follows may also be the event of a clause.
        if *kind == PropertyKind::After && events.iter().skip(1).any(&is) {
            progress.events = 0;
        }
        for (clause, event) in clauses.iter().filter(|(_, event)| is(event)) {
            match clause {
                Clause::Until => {
                    broken = self.missing(progress, &format!("before {}", told(event)));
                    progress.events = 0;
                    progress.since = false;
                    // The first event of these kinds begins anew.
                    progress.until = !matches!(kind, PropertyKind::After | PropertyKind::NoneAfter);
                }
                Clause::Since => {
                    progress.since = true;
                    progress.until = false;
                    if *kind != PropertyKind::After {
                        progress.events = 0;
                    }
                }
                Clause::Unless => progress.unless = true,
            }
        }
        if progress.until || self.has(Clause::Since) && !progress.since {
            return broken;
        }
        let now = |at: usize| events.get(at).is_some_and(&is);
        *met |= u8::from(now(0)) | u8::from(now(1)) << 1;
        let told = |at: usize| events.get(at).map(told).unwrap_or_default();
        let message = match kind {
            PropertyKind::After if now(0) => {
                progress.events = 1;
                None
            }
            PropertyKind::After => None,
            PropertyKind::NeverBoth => {
                progress.events |= u8::from(now(0)) | u8::from(now(1)) << 1;
                (progress.events == 3).then(|| format!("{}, and {}", told(0), told(1)))
            }
            PropertyKind::AtMostOnce if now(0) => {
                progress.events = (progress.events + 1).min(2);
                (progress.events == 2).then(|| format!("{} twice", told(0)))
            }
            PropertyKind::Before => {
                if now(0) {
                    progress.events = 1;
                }
                let early = now(1) && progress.events == 0;
                early.then(|| format!("{}, but not after {}", told(1), told(0)))
            }
            PropertyKind::NoneAfter => {
                let late = now(0) && progress.events == 1;
                if now(1) {
                    progress.events = 1;
                }
                late.then(|| format!("{} after {}", told(0), events.get(1).map(named).unwrap_or_default()))
            }
            PropertyKind::AtMostOnce | PropertyKind::EndsIn | PropertyKind::Reachable | PropertyKind::Output => None,
        };
        let state = || events.iter().find(|event| is(event)).map(|event| event.state.clone());
        broken.or_else(|| message.map(|message| (state(), message)))
    }

    /// Returns that what must follow does not.
    fn missing(&self, progress: &Progress, before: &str) -> Option<Why> {
        let PropertyOf { kind: PropertyKind::After, events, .. } = &self.property.0 else { return None };
        let (first, then) = events.split_first().filter(|_| progress.events == 1)?;
        let then: Vec<_> = then.iter().map(named).collect();
        let follows = match then.as_slice() {
            [one] => format!("{one} does not follow"),
            several => format!("neither of {} follows", several.join(", ")),
        };
        let message = format!("{}, and {follows} {before}", told(first));
        Some((Some(first.state.clone()), message))
    }
}

/// Returns an event as a sentence: "`A` has succeeded".
fn told(event: &EventOf<String>) -> String {
    let state = &event.state;
    let with = event.error.as_ref().map(|error| format!(" with `{error}`")).unwrap_or_default();
    match event.moment {
        Moment::Entered => format!("`{state}` is entered"),
        Moment::Succeeded => format!("`{state}` has succeeded"),
        Moment::Failed => format!("`{state}` has failed{with}"),
        Moment::TimedOut => format!("`{state}` has timed out"),
        Moment::ToleratedFailures => format!("`{state}` has tolerated failures"),
    }
}

/// Returns an event in a list: only the state, if it is about the entry.
fn named(event: &EventOf<String>) -> String {
    if event.moment == Moment::Entered { format!("`{}`", event.state) } else { told(event) }
}

impl Monitors {
    /// Returns the monitors of an execution without events. Without `outputs`, no output is a guess.
    pub(crate) fn new(properties: &[Property], states: &Arc<States>, outputs: Option<KnownOutputs>) -> Self {
        let watched = properties.iter().map(|property| {
            let facts: Vec<_> = property.states().into_iter().filter_map(|name| states.get(name)).collect();
            let first = facts.first();
            let is_about_end = matches!(property.0.kind, PropertyKind::EndsIn | PropertyKind::Output);
            let first_maps = first.filter(|_| !is_about_end).map(|first| first.maps.iter().enumerate());
            let shared = first_maps
                .into_iter()
                .flatten()
                .take_while(|(depth, map)| facts.iter().all(|facts| facts.maps.get(*depth) == Some(map)));
            Watched {
                property: property.clone(),
                within: first.and_then(|facts| facts.distributed.clone()),
                maps: shared.map(|(_, map)| Arc::clone(map)).collect(),
            }
        });
        let properties: Arc<[Watched]> = watched.collect();
        Self { met: vec![0; properties.len()], properties, states: Arc::clone(states), outputs, seen: BTreeMap::new() }
    }

    pub(crate) fn hash(&self, hasher: &mut impl Hasher) {
        self.seen.hash(hasher);
    }

    /// Returns the properties whose events did not happen, so that nothing shows that they hold.
    pub(crate) fn unexercised(&self) -> impl Iterator<Item = &Property> {
        let properties = self.properties.iter().zip(&self.met);
        properties
            .filter(|(watched, met)| *met & watched.wants() != watched.wants())
            .map(|(watched, _)| &watched.property)
    }

    /// Records an occurrence. Calls `note` for each property that no longer holds.
    pub(crate) fn see(&mut self, news: &News<'_>, note: &mut impl FnMut(Broken)) {
        let state = match &news.happening {
            Happening::Entered(state) => state,
            Happening::Succeeded { state, .. } => {
                self.leave_map(state, news, note);
                state
            }
            Happening::Failed(failed) => &&failed.state,
            Happening::Caught(state, _) => return self.leave_map(state, news, note),
            Happening::Ended(of) => return self.end(*of, news.child, note),
            Happening::EvaluationFailed { .. } => return,
        };
        let is = |event: &EventOf<String>| *event.state == ***state && is_moment(&news.happening, event);
        let properties = Arc::clone(&self.properties);
        for (number, watched) in properties.iter().enumerate() {
            if !watched.property.0.all_events().any(is) {
                continue;
            }
            let place = (number, (news.child, news.iterations(&watched.maps)));
            let progress = self.seen.entry(place).or_default();
            let Some(met) = self.met.get_mut(number) else { continue };
            if let Some(broken) = watched.step(progress, met, is) {
                tell(watched, progress, broken, note);
            }
        }
        // Properties without progress need not be stored.
        self.seen.retain(|_, progress| *progress != Progress::default());
    }

    /// Records that a map was left, so its iterations have ended.
    fn leave_map(&mut self, state: &Arc<str>, news: &News<'_>, note: &mut impl FnMut(Broken)) {
        let properties = Arc::clone(&self.properties);
        for (number, watched) in properties.iter().enumerate() {
            let Some(depth) = watched.maps.iter().position(|map| map == state) else { continue };
            let around = news.iterations(watched.maps.get(..depth).unwrap_or_default());
            self.close(number, |(child, place)| *child == news.child && place.starts_with(&around), note);
        }
    }

    /// Ends the progress of a property in these places.
    fn close(&mut self, property: usize, ended: impl Fn(&Place) -> bool, note: &mut impl FnMut(Broken)) {
        let Some(watched) = self.properties.get(property) else { return };
        self.seen.retain(|(number, place), progress| {
            if *number != property || !ended(place) {
                return true;
            }
            let broken = progress.broken.take().or_else(|| watched.missing(progress, "before the end"));
            broken.filter(|_| !progress.unless).into_iter().for_each(|broken| note(watched.breach(broken)));
            false
        });
    }

    /// Records that the execution, or a child, has ended.
    fn end(&mut self, of: View<'_>, child: Option<(usize, usize)>, note: &mut impl FnMut(Broken)) {
        let last = last_state(of.history());
        let properties = Arc::clone(&self.properties);
        for (number, watched) in properties.iter().enumerate() {
            if let Some(broken) = self.judge_end(number, watched, of, child, last.as_ref()) {
                let progress = self.seen.entry((number, (child, Vec::new()))).or_default();
                tell(watched, progress, broken, note);
            }
            self.close(number, |(of, _)| *of == child, note);
        }
    }

    /// Returns why an execution does not end as a property says.
    fn judge_end(
        &mut self,
        number: usize,
        watched: &Watched,
        of: View<'_>,
        child: Option<(usize, usize)>,
        last: Option<&Arc<str>>,
    ) -> Option<Why> {
        let PropertyOf { kind, events, member, values, .. } = &watched.property.0;
        let within = last.and_then(|last| self.states.get(last)?.distributed.as_ref());
        let is_about = match kind {
            PropertyKind::EndsIn => watched.within.as_ref() == within,
            PropertyKind::Output => watched.within.as_ref() == within && of.status() == Status::Succeeded,
            _ => false,
        };
        let progress = self.seen.get(&(number, (child, Vec::new())));
        let is_open = !progress.is_some_and(|progress| progress.until)
            && (!watched.has(Clause::Since) || progress.is_some_and(|progress| progress.since));
        if !is_about || !is_open {
            return None;
        }
        if *kind == PropertyKind::Output && self.is_guess(last, member.as_ref()?, of.output().map(Payload::value)) {
            return None;
        }
        if let Some(met) = self.met.get_mut(number) {
            *met |= 1;
        }
        if *kind == PropertyKind::EndsIn {
            let is_one = |last: &Arc<str>| events.iter().any(|event| *event.state == **last);
            let what = if child.is_some() { "a child of the map" } else { "the execution" };
            let end = || last.map_or_else(|| "no state".to_owned(), |last| format!("`{last}`"));
            return (!last.is_some_and(is_one)).then(|| (None, format!("{what} ends in {}", end())));
        }
        let member = member.as_ref()?;
        let message = match of.output().and_then(|output| output.get(member)) {
            None if child.is_some() => format!("the output of a child of the map has no member `{member}`"),
            None => format!("the output has no member `{member}`"),
            Some(Value::String(text)) if values.is_empty() || values.contains(text) => return None,
            Some(value) if values.is_empty() || values.contains(&value.to_string()) => return None,
            Some(value) => format!("`{member}` of the output is {}", shown(value)),
        };
        Some((last.map(ToString::to_string), message))
    }

    /// Returns whether only a guess decides that an output has no such member, or which value it has.
    fn is_guess(&self, last: Option<&Arc<str>>, member: &str, output: Option<&Value>) -> bool {
        let Some(outputs) = &self.outputs else { return false };
        let known = last.and_then(|last| outputs.get(&**last));
        match output.and_then(|output| output.get(member)) {
            Some(_) => !known.is_some_and(|(_, known)| known.contains(member)),
            None => !known.is_some_and(|(has_all, _)| *has_all),
        }
    }
}

/// Notes that a property does not hold, or keeps it until it is clear whether the event of its `unless` happens.
fn tell(watched: &Watched, progress: &mut Progress, broken: Why, note: &mut impl FnMut(Broken)) {
    if watched.has(Clause::Unless) {
        progress.broken.get_or_insert(broken);
    } else {
        note(watched.breach(broken));
    }
}

/// Returns whether this happens to the state of an event.
fn is_moment(happening: &Happening<'_>, event: &EventOf<String>) -> bool {
    match (event.moment, happening) {
        (Moment::Entered, Happening::Entered(_)) | (Moment::Succeeded, Happening::Succeeded { .. }) => true,
        (Moment::ToleratedFailures, Happening::Succeeded { with_failures, .. }) => *with_failures,
        (Moment::TimedOut, Happening::Failed(failed)) => failed.error.as_deref() == Some(TIMEOUT),
        (Moment::Failed, Happening::Failed(failed)) => event.error.as_deref().is_none_or(|error| {
            failed.error.as_deref() == Some(error) || error == HEARTBEAT_TIMEOUT && failed.missed_heartbeat
        }),
        _ => false,
    }
}

/// Returns the event with this number, and the events before it on its branch, the last first.
pub(crate) fn events_before(history: &[HistoryEvent], last: u64) -> impl Iterator<Item = &HistoryEvent> {
    let event = |id: u64| history.get(usize::try_from(id).ok()?.checked_sub(1)?);
    std::iter::successors(event(last), move |later| event(later.previous_id))
}

pub(crate) fn last_state(history: &[HistoryEvent]) -> Option<Arc<str>> {
    events_before(history, history.last()?.id).find_map(|event| match &event.details {
        Details::StateEntered { name, .. } | Details::StateExited { name, .. } => Some(Arc::clone(name)),
        Details::EvaluationFailed { state, .. } => Some(Arc::clone(state)),
        _ => None,
    })
}
