//! The control-flow graph and the solver of analyses over it, and the graph of a scope: its states, its transitions,
//! and which states are reachable and can end.

mod bits;
mod components;
mod events;
mod flow_graph;
mod solver;

pub use bits::Bits;
pub use events::{PastEvents, happened};
pub use flow_graph::{FlowGraph, Transition};
use indexmap::IndexMap;
pub use solver::{FlowAnalysis, Solver, solve};

use crate::document::{Scope, State, StateMachine};
use crate::{Pointer, StateKind};

/// The text between the name of a group of states, such as a use of a fragment, and the name of a state in it: a
/// convention of this project for names in a document.
pub const GROUP_SEPARATOR: &str = " / ";

/// The states of one scope (the machine, a branch, an item processor) and the transitions between them.
///
/// States are numbered in document order. Time and space are linear in the scope's size.
#[derive(Clone, Debug)]
pub struct Graph<'a> {
    scope: Scope<'a>,
    states: Vec<(&'a str, &'a State)>,
    flow: FlowGraph<Edge<'a>>,
}

/// A transition.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge<'a> {
    /// The index of the state that it leaves.
    pub from: usize,
    /// The name of its target, as in the document.
    pub target: &'a str,
    /// The index of its target; `None` if the scope has no such state.
    pub to: Option<usize>,
    /// The field that defines it.
    pub kind: EdgeKind,
}

impl Edge<'_> {
    /// Returns whether it belongs to a catcher.
    pub fn is_caught(&self) -> bool {
        matches!(self.kind, EdgeKind::Catch(_))
    }
}

impl Transition for Edge<'_> {
    fn source(&self) -> usize {
        self.from
    }

    fn target(&self) -> Option<usize> {
        self.to
    }
}

/// The field that defines a transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// `Next` of the state.
    Next,
    /// `Default` of a choice.
    Default,
    /// `Next` of the rule with this index in `Choices`.
    Choice(usize),
    /// `Next` of the catcher with this index in `Catch`.
    Catch(usize),
}

impl EdgeKind {
    /// The kind whose variables are assigned on this transition: a default assigns the variables of the state itself.
    pub(crate) fn assigns(self) -> Self {
        if self == Self::Default { Self::Next } else { self }
    }

    /// Returns the pointer of the target's name, for the state at `state`.
    pub fn pointer(self, state: &Pointer) -> Pointer {
        match self {
            Self::Next => state.child("Next"),
            Self::Default => state.child("Default"),
            Self::Choice(rule) => state.child("Choices").index(rule).child("Next"),
            Self::Catch(catcher) => state.child("Catch").index(catcher).child("Next"),
        }
    }
}

impl<'a> Graph<'a> {
    /// Creates the graph of a scope.
    pub fn of(scope: Scope<'a>) -> Self {
        let all = scope.states;
        let number = |name: &str| all.and_then(|states: &IndexMap<String, State>| states.get_index_of(name));
        let states: Vec<_> = all.into_iter().flatten().map(|(name, state)| (name.as_str(), state)).collect();
        let leaving = states.iter().enumerate().map(|(from, (_, state))| {
            targets(state).map(move |(kind, target)| Edge { from, target, to: number(target), kind })
        });
        let flow = FlowGraph::new(scope.start_at.and_then(number), leaving);
        Self { scope, states, flow }
    }

    /// Returns the graphs of all scopes, the machine's own first, each before those inside it.
    pub fn all(machine: &'a StateMachine) -> Vec<Self> {
        machine.scopes().into_iter().map(Self::of).collect()
    }

    /// Returns the scope of the graph.
    pub fn scope(&self) -> &Scope<'a> {
        &self.scope
    }

    /// Returns the transitions, for analyses.
    pub fn flow(&self) -> &FlowGraph<Edge<'a>> {
        &self.flow
    }

    /// Returns the states with their names, by number.
    pub fn states(&self) -> &[(&'a str, &'a State)] {
        &self.states
    }

    /// Returns the index of the state named `name`; `None` if the scope has no such state.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.scope.states?.get_index_of(name)
    }

    /// Returns the index of the first state; `None` if `StartAt` is absent or names no state of the scope.
    pub fn start(&self) -> Option<usize> {
        self.flow.start()
    }

    /// Returns all transitions, by the state that they leave, in document order.
    pub fn edges(&self) -> &[Edge<'a>] {
        self.flow.transitions()
    }

    /// Returns the transitions that leave a state.
    pub fn leaving(&self, state: usize) -> &[Edge<'a>] {
        self.flow.leaving(state)
    }

    /// Returns the pointer of the state with this index.
    pub fn state_pointer(&self, state: usize) -> Pointer {
        let name = self.states.get(state).map_or("", |(name, _)| name);
        self.scope.state_pointer(name)
    }

    /// Returns for each state whether a path leads to it from `StartAt`.
    pub fn reachable(&self) -> Vec<bool> {
        self.flow.reached(self.start(), |_| true)
    }

    /// Returns for each state whether a path leads from it to a state that `to` accepts.
    pub fn reaching(&self, to: impl Fn(usize, &State) -> bool) -> Vec<bool> {
        let states = self.states.iter().enumerate();
        let targets = states.filter(|(number, (_, state))| to(*number, state)).map(|(number, _)| number);
        self.flow.reaching(targets, |_| true)
    }

    /// Returns for each state whether a path leads from it to a state that ends the scope.
    pub fn reaching_end(&self) -> Vec<bool> {
        self.reaching(|_, state| state.is_terminal())
    }

    /// Returns the loops of the states: see [`FlowGraph::loops`].
    pub fn loops(&self, takes: impl Fn(&Edge<'a>) -> bool) -> Vec<Vec<usize>> {
        self.flow.loops(takes)
    }
}

/// Returns the transitions in a state's fields. `Next` comes first, because it is usually taken.
fn targets(state: &State) -> impl Iterator<Item = (EdgeKind, &str)> {
    let next = state.next.as_deref().map(|target| (EdgeKind::Next, target));
    let rules = state.choices.iter().flatten().enumerate();
    let rules = rules.filter_map(|(i, rule)| Some((EdgeKind::Choice(i), rule.next.as_deref()?)));
    let default = state.default.as_deref().map(|target| (EdgeKind::Default, target));
    let catchers = state.catch.iter().flatten().enumerate();
    let catchers = catchers.filter_map(|(i, catcher)| Some((EdgeKind::Catch(i), catcher.next.as_deref()?)));
    // A field that does not belong to the state's kind is reported, and is not a transition.
    let here = move |(kind, _): &(EdgeKind, &str)| match kind {
        EdgeKind::Next => !matches!(state.kind, StateKind::Choice | StateKind::Succeed | StateKind::Fail),
        EdgeKind::Choice(_) | EdgeKind::Default => state.kind == StateKind::Choice,
        EdgeKind::Catch(_) => matches!(state.kind, StateKind::Task | StateKind::Parallel | StateKind::Map),
    };
    next.into_iter().chain(rules).chain(default).chain(catchers).filter(here)
}
