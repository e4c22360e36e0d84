//! The path that an execution took through a graph.

use std::collections::{BTreeMap, BTreeSet};

use workflow_asl::graph::EdgeKind;
use workflow_asl::{Pointer, StateKind};

use crate::history::{History, Status};
use crate::{Edge, Graph, Mark, Scope, State};

/// The number of names in a note; further ones are counted.
const NAMED: usize = 5;

/// The states and transitions that an execution took, by name.
#[derive(Default)]
struct TakenPath<'h> {
    states: BTreeMap<&'h str, Mark>,
    /// The transitions taken, and whether an error caused them.
    steps: BTreeSet<(&'h str, &'h str, bool)>,
    /// The states at which a scope ended.
    ends: BTreeSet<&'h str>,
    /// The states that were retried.
    retried: BTreeSet<&'h str>,
}

/// Marks the graph with the path of a history.
pub(super) fn taken(mut graph: Graph, history: &History) -> Graph {
    let way = TakenPath::of(history);
    way.mark(&mut graph.scope);
    graph
}

/// Returns a note on the states of a history that the graph does not have.
pub(super) fn strangers(graph: &Graph, history: &History) -> Option<String> {
    let known: BTreeSet<&str> = graph.states().iter().map(|state| state.name.as_str()).collect();
    let mut unknown: Vec<&str> = Vec::new();
    for visit in &history.visits {
        if !known.contains(visit.state.as_str()) && !unknown.contains(&visit.state.as_str()) && unknown.len() <= NAMED {
            unknown.push(&visit.state);
        }
    }
    let more = if unknown.len() > NAMED { " and others" } else { "" };
    let names: Vec<_> = unknown.iter().take(NAMED).map(|name| format!("“{name}”")).collect();
    (!names.is_empty()).then(|| {
        format!(
            "The definition has no state {}{more}: the history belongs to another state machine, or to another version of it.",
            names.join(", ")
        )
    })
}

/// Returns a graph of the visited states, for an unknown definition.
pub(super) fn entered(history: &History) -> Graph {
    let mut graph = Graph::default();
    // The scope of each state: the machine's scope, or the scope of the enclosing parallel or map.
    let mut inside: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
    let mut kinds: BTreeMap<&str, StateKind> = BTreeMap::new();
    for visit in &history.visits {
        let parent = visit.parent.and_then(|parent| history.visits.get(parent)).map(|parent| parent.state.as_str());
        if kinds.insert(&visit.state, StateKind::from_name(&visit.kind).unwrap_or_default()).is_none() {
            inside.entry(parent).or_default().push(&visit.state);
        }
    }
    let way = TakenPath::of(history);
    graph.scope = scope(None, &Pointer::root(), &inside, &kinds, &way);
    graph
}

fn scope(
    parent: Option<&str>,
    pointer: &Pointer,
    inside: &BTreeMap<Option<&str>, Vec<&str>>,
    kinds: &BTreeMap<&str, StateKind>,
    way: &TakenPath<'_>,
) -> Scope {
    let names = inside.get(&parent).map(Vec::as_slice).unwrap_or_default();
    let states = names.iter().map(|name| {
        let own = pointer.child("States").child(name);
        // A state is never inside itself: each name has one scope.
        let inner =
            inside.contains_key(&Some(*name)).then(|| scope(Some(name), &own.child("Entered"), inside, kinds, way));
        State {
            name: (*name).to_owned(),
            kind: kinds.get(name).copied().unwrap_or_default(),
            scopes: inner.into_iter().collect(),
            pointer: own,
            ..State::default()
        }
    });
    let number = |name: &str| names.iter().position(|other| *other == name);
    let edges = way.steps.iter().filter_map(|(from, to, caught)| {
        let (from, to) = (number(from)?, number(to)?);
        let kind = if *caught { EdgeKind::Catch(0) } else { EdgeKind::Next };
        let (label, pointer) = (String::new(), Pointer::root());
        Some(Edge { from, to, kind, label, number: None, comment: None, pointer, mark: Mark::Taken })
    });
    let start = (!names.is_empty()).then_some(0);
    Scope { pointer: pointer.clone(), title: None, states: states.collect(), start, edges: edges.collect() }
}

impl<'h> TakenPath<'h> {
    fn of(history: &'h History) -> Self {
        let mut way = Self::default();
        // The last state exited in each running scope: of the machine, of each branch, of each item.
        let mut last: BTreeMap<u64, usize> = BTreeMap::new();
        let exits: BTreeMap<u64, usize> =
            history.visits.iter().enumerate().filter_map(|(number, visit)| Some((visit.exited?, number))).collect();
        let before: BTreeMap<u64, u64> = history.events.iter().map(|event| (event.id, event.previous)).collect();
        for (number, visit) in history.visits.iter().enumerate() {
            let mark = match visit.status {
                Status::Running => Mark::Running,
                Status::Succeeded => Mark::Taken,
                Status::Caught => Mark::Caught,
                Status::Failed | Status::TimedOut => Mark::Failed,
                Status::Aborted => Mark::Aborted,
            };
            let known = way.states.entry(&visit.state).or_insert(mark);
            // Of several visits, the worst status counts.
            if rank(mark) > rank(*known) {
                *known = mark;
            }
            if visit.attempts.len() > 1 {
                way.retried.insert(&visit.state);
            }
            let left = before.get(&visit.entered).and_then(|previous| exits.get(previous));
            if let Some(from) = left.and_then(|from| history.visits.get(*from)) {
                way.steps.insert((&from.state, &visit.state, from.status == Status::Caught));
            }
            if let Some(exited) = visit.exited {
                last.insert(exited, number);
            }
        }
        let followed: BTreeSet<u64> =
            history.visits.iter().filter_map(|visit| before.get(&visit.entered)).copied().collect();
        for (exited, number) in last {
            if let Some(visit) = history.visits.get(number).filter(|_| !followed.contains(&exited)) {
                way.ends.insert(&visit.state);
            }
        }
        way
    }

    fn mark(&self, scope: &mut Scope) {
        let names: Vec<String> = scope.states.iter().map(|state| state.name.clone()).collect();
        for state in &mut scope.states {
            let name = state.name.as_str();
            state.mark = self.states.get(name).copied().unwrap_or(Mark::Untaken);
            state.end_mark = if self.ends.contains(name) { Mark::Taken } else { Mark::Untaken };
            let tried = if self.retried.contains(name) { Mark::Taken } else { Mark::Untaken };
            state.retriers.iter_mut().for_each(|retrier| retrier.mark = tried);
            state.scopes.iter_mut().for_each(|scope| self.mark(scope));
        }
        for edge in &mut scope.edges {
            let (Some(from), Some(to)) = (names.get(edge.from), names.get(edge.to)) else { continue };
            let caught = matches!(edge.kind, EdgeKind::Catch(_));
            let taken = self.steps.contains(&(from.as_str(), to.as_str(), caught));
            edge.mark = if taken { Mark::Taken } else { Mark::Untaken };
        }
    }
}

fn rank(mark: Mark) -> u8 {
    match mark {
        Mark::Failed => 4,
        Mark::Running => 3,
        Mark::Aborted => 2,
        Mark::Caught => 1,
        _ => 0,
    }
}
