//! Computes the durations of the states of an execution from its history.

use workflow_local::history::Details;
use workflow_local::{EventType, HistoryEvent, Instant};

/// The results of one pass over a history.
#[derive(Debug, Default)]
pub(super) struct Visits<'h> {
    /// Each visit: the state's name, and the milliseconds from entering it to leaving it or to its stop.
    pub(super) times: Vec<(&'h str, i64)>,
    /// The number of started branches and iterations.
    pub(super) inside: u64,
    /// The size of the largest input of a state, in bytes.
    pub(super) largest: usize,
}

/// A visit that has not ended.
struct Open<'h> {
    name: &'h str,
    /// The index of its event.
    entered: usize,
    since: Instant,
}

/// No event.
const NONE: usize = usize::MAX;

impl<'h> Visits<'h> {
    /// Reads the history of an execution that ended at `end`.
    pub(super) fn of(history: &'h [HistoryEvent], end: Instant) -> Self {
        let mut found = Self::default();
        let mut open: Vec<Open<'h>> = Vec::new();
        // For each event: the event that entered its state, and the event that entered the parallel or map around it.
        let mut states: Vec<usize> = Vec::with_capacity(history.len());
        let mut around: Vec<usize> = Vec::with_capacity(history.len());
        for (place, event) in history.iter().enumerate() {
            let before = usize::try_from(event.previous_id).ok().and_then(|id| id.checked_sub(1));
            let kind = |place: usize| history.get(place).map(|event| event.kind);
            let at = |places: &[usize], place: usize| places.get(place).copied().unwrap_or(NONE);
            let (mut state, mut outer) =
                before.map_or((NONE, NONE), |before| (at(&states, before), at(&around, before)));
            match &event.details {
                Details::StateEntered { name, input } => {
                    let begins = before.and_then(kind);
                    if matches!(begins, Some(EventType::ParallelStateStarted | EventType::MapIterationStarted)) {
                        outer = state;
                        found.inside += 1;
                    }
                    state = place;
                    found.largest = found.largest.max(input.bytes());
                    open.push(Open { name, entered: place, since: event.timestamp });
                }
                Details::StateExited { name, .. } => {
                    // A parallel or map is left after the last event of a branch: it is the state around that event.
                    let named =
                        |place: usize| open.iter().position(|open| open.entered == place && *open.name == **name);
                    let mut visit = named(state);
                    while visit.is_none() && outer != NONE {
                        (state, outer) = (outer, at(&around, outer));
                        visit = named(state);
                    }
                    if let Some(visit) = visit {
                        let visit = open.swap_remove(visit);
                        found.times.push((visit.name, event.timestamp.as_millis() - visit.since.as_millis()));
                    }
                }
                _ if matches!(event.kind, EventType::ParallelStateFailed | EventType::MapStateFailed) => {
                    // The running branches are stopped. The event follows the event of the failure, or an event of the
                    // state itself.
                    let own = before.and_then(kind).is_some_and(|kind| {
                        use EventType as E;
                        matches!(
                            kind,
                            E::ParallelStateEntered
                                | E::ParallelStateStarted
                                | E::MapStateEntered
                                | E::MapStateStarted
                                | E::MapRunStarted
                                | E::MapRunFailed
                        )
                    });
                    if !own && outer != NONE {
                        (state, outer) = (outer, at(&around, outer));
                    }
                    let inside = |visit: &Open<'_>| {
                        let mut holder = at(&around, visit.entered);
                        while holder != NONE && holder != state {
                            holder = at(&around, holder);
                        }
                        holder == state && state != NONE
                    };
                    open.retain(|visit| {
                        let ends = inside(visit);
                        if ends {
                            found.times.push((visit.name, event.timestamp.as_millis() - visit.since.as_millis()));
                        }
                        !ends
                    });
                }
                _ => {}
            }
            states.push(state);
            around.push(outer);
        }
        found.times.extend(open.into_iter().map(|visit| (visit.name, end.as_millis() - visit.since.as_millis())));
        found
    }
}
