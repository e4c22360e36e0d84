//! The points of a document: the elements that an execution can take.

use workflow_asl::document::{State, StateKind};
use workflow_asl::graph::{EdgeKind, Graph};
use workflow_asl::{Pointer, StateMachine};

/// The kind of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PointKind {
    /// A state that can be entered.
    State,
    /// `Next`, or `End`.
    Transition,
    /// A rule of a choice, or its `Default`.
    Rule,
    /// A retrier.
    Retrier,
    /// A catcher.
    Catcher,
}

impl PointKind {
    /// All kinds, in the order of reports.
    pub const ALL: [Self; 5] = [Self::State, Self::Transition, Self::Rule, Self::Retrier, Self::Catcher];

    /// Returns the name of the kind.
    pub fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Transition => "transition",
            Self::Rule => "rule",
            Self::Retrier => "retrier",
            Self::Catcher => "catcher",
        }
    }
}

/// An element of a document that an execution can take.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Point {
    /// The kind.
    pub kind: PointKind,
    /// The pointer of a state, a retrier, or the field that defines a transition.
    pub pointer: Pointer,
    /// The state that it belongs to.
    pub state: String,
    /// A description within the state, in a few words; empty for the state itself.
    pub what: String,
    /// How often it was taken.
    pub taken: u64,
    /// Whether an exploration took it.
    pub explored: bool,
}

impl Point {
    /// Returns all points of a document, by scope and state, with zero counts.
    pub fn all(machine: &StateMachine) -> Vec<Self> {
        let mut points = Vec::new();
        for graph in Graph::all(machine) {
            for (number, (name, state)) in graph.states().iter().enumerate() {
                let at = graph.state_pointer(number);
                let mut add = |kind, pointer, what| {
                    points.push(Self { kind, pointer, state: (*name).to_owned(), what, taken: 0, explored: false });
                };
                add(PointKind::State, at.clone(), String::new());
                if ends(state) {
                    add(PointKind::Transition, at.child("End"), "-> end".to_owned());
                }
                for (i, names) in retriers(state).enumerate() {
                    add(PointKind::Retrier, at.child("Retry").index(i), format!("retrier {}: {names}", i + 1));
                }
                for edge in graph.leaving(number) {
                    let target = edge.target;
                    let (kind, what) = match edge.kind {
                        EdgeKind::Next => (PointKind::Transition, format!("-> {target}")),
                        EdgeKind::Default => (PointKind::Rule, format!("default -> {target}")),
                        EdgeKind::Choice(i) => (PointKind::Rule, format!("rule {} -> {target}", i + 1)),
                        EdgeKind::Catch(i) => {
                            let catcher = state.catch.as_ref().and_then(|catchers| catchers.get(i));
                            let names = catcher.and_then(|catcher| catcher.error_equals.as_deref());
                            let names = names.unwrap_or_default().join(", ");
                            (PointKind::Catcher, format!("catcher {}: {names} -> {target}", i + 1))
                        }
                    };
                    add(kind, edge.kind.pointer(&at), what);
                }
            }
        }
        points
    }
}

fn ends(state: &State) -> bool {
    let decides = matches!(state.kind, StateKind::Choice | StateKind::Succeed | StateKind::Fail);
    !decides && state.next.is_none() && state.end == Some(true)
}

/// Returns the error names of each retrier.
fn retriers(state: &State) -> impl Iterator<Item = String> {
    let can = matches!(state.kind, StateKind::Task | StateKind::Parallel | StateKind::Map);
    let all = state.retry.iter().flatten().filter(move |_| can);
    all.map(|retrier| retrier.error_equals.as_deref().unwrap_or_default().join(", "))
}
