//! The graph of a scope: its states, the transitions between them, what can be reached and what can end.

use indexmap::IndexMap;

use crate::document::{Scope, State, StateMachine};
use crate::{Pointer, StateKind};

/// The states of one scope (the machine, a branch, an item processor) and the transitions between them.
///
/// States are numbered in the order of the document. Time and space are linear in the scope's size.
#[derive(Clone, Debug)]
pub struct Graph<'a> {
    scope: Scope<'a>,
    states: Vec<(&'a str, &'a State)>,
    start: Option<usize>,
    edges: Vec<Edge<'a>>,
    /// For each state, the range of its edges in `edges`.
    outgoing: Vec<std::ops::Range<usize>>,
}

/// A transition.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge<'a> {
    /// The number of the state that it leaves.
    pub from: usize,
    /// The name that it leads to, as the document has it.
    pub target: &'a str,
    /// The number of the state it leads to; `None` when the scope has no such state.
    pub to: Option<usize>,
    /// Which field it comes from.
    pub kind: EdgeKind,
}

/// Which field a transition comes from.
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
    /// Where the target's name stands, in the state at `state`.
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
    /// The graph of one scope.
    pub fn of(scope: Scope<'a>) -> Self {
        let all = scope.states;
        let number = |name: &str| all.and_then(|states: &IndexMap<String, State>| states.get_index_of(name));
        let states: Vec<_> = all.into_iter().flatten().map(|(name, state)| (name.as_str(), state)).collect();
        let start = scope.start_at.and_then(number);
        let mut edges = Vec::with_capacity(states.len());
        let mut outgoing = Vec::with_capacity(states.len());
        for (from, (_, state)) in states.iter().enumerate() {
            let first = edges.len();
            edges.extend(targets(state).map(|(kind, target)| Edge { from, target, to: number(target), kind }));
            outgoing.push(first..edges.len());
        }
        Self { scope, states, start, edges, outgoing }
    }

    /// The graphs of every scope, the machine's own first, each before those inside it.
    pub fn all(machine: &'a StateMachine) -> Vec<Self> {
        machine.scopes().into_iter().map(Self::of).collect()
    }

    /// The scope that this is the graph of.
    pub fn scope(&self) -> &Scope<'a> {
        &self.scope
    }

    /// The states with their names, by number.
    pub fn states(&self) -> &[(&'a str, &'a State)] {
        &self.states
    }

    /// The number of the state named `name`; `None` when the scope has no such state.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.scope.states?.get_index_of(name)
    }

    /// The number of the first state; `None` when `StartAt` is absent or names no state of the scope.
    pub fn start(&self) -> Option<usize> {
        self.start
    }

    /// Every transition, by the state it leaves and in the document's order.
    pub fn edges(&self) -> &[Edge<'a>] {
        &self.edges
    }

    /// The transitions that leave a state.
    pub fn leaving(&self, state: usize) -> &[Edge<'a>] {
        self.outgoing.get(state).and_then(|range| self.edges.get(range.clone())).unwrap_or_default()
    }

    /// Where the state with this number is.
    pub fn state_pointer(&self, state: usize) -> Pointer {
        let name = self.states.get(state).map_or("", |(name, _)| name);
        self.scope.state_pointer(name)
    }

    /// For each state, whether a path leads to it from one of the states that `from` accepts.
    pub fn reachable_from(&self, from: impl Fn(usize, &State) -> bool) -> Vec<bool> {
        let successors = |state: usize| self.leaving(state).iter().filter_map(|edge| edge.to);
        flood(self.seeds(from), successors)
    }

    /// For each state, whether a path leads to it from `StartAt`.
    pub fn reachable(&self) -> Vec<bool> {
        self.reachable_from(|state, _| self.start == Some(state))
    }

    /// For each state, whether a path leads from it to one of the states that `to` accepts.
    pub fn reaching(&self, to: impl Fn(usize, &State) -> bool) -> Vec<bool> {
        let mut predecessors = vec![Vec::new(); self.states.len()];
        for edge in &self.edges {
            if let Some(list) = edge.to.and_then(|to| predecessors.get_mut(to)) {
                list.push(edge.from);
            }
        }
        flood(self.seeds(to), |state| predecessors.get(state).into_iter().flatten().copied())
    }

    /// For each state, whether a path leads from it to a state that ends the scope.
    pub fn reaching_end(&self) -> Vec<bool> {
        self.reaching(|_, state| state.is_terminal())
    }

    /// The loops: the largest sets of states, reached from `StartAt`, that all lead to each other over edges that
    /// `takes` accepts. States in the order of the document, sets in the order of their first states.
    pub fn loops(&self, takes: impl Fn(&Edge<'a>) -> bool) -> Vec<Vec<usize>> {
        let mut search = Components {
            numbers: vec![None; self.states.len()],
            lowest: vec![0; self.states.len()],
            waiting: vec![false; self.states.len()],
            ..Components::default()
        };
        for (state, reached) in self.reachable().into_iter().enumerate() {
            if reached && search.numbers.get(state) == Some(&None) {
                search.from(state, |state, edge| {
                    let edges = self.leaving(state).get(edge..)?;
                    let next = edges.iter().position(|edge| edge.to.is_some() && takes(edge))?;
                    Some((edge + next + 1, edges.get(next)?.to?))
                });
            }
        }
        let mut loops = search.found;
        loops.retain(|states| match states.as_slice() {
            [only] => self.leaving(*only).iter().any(|edge| edge.to == Some(*only) && takes(edge)),
            _ => true,
        });
        loops.iter_mut().for_each(|states| states.sort_unstable());
        loops.sort_unstable();
        loops
    }

    fn seeds(&self, accept: impl Fn(usize, &State) -> bool) -> Vec<bool> {
        self.states.iter().enumerate().map(|(number, (_, state))| accept(number, state)).collect()
    }
}

/// The transitions that a state's fields spell out; `Next` first, as it is the one that is usually taken.
fn targets(state: &State) -> impl Iterator<Item = (EdgeKind, &str)> {
    let next = state.next.as_deref().map(|target| (EdgeKind::Next, target));
    let rules = state.choices.iter().flatten().enumerate();
    let rules = rules.filter_map(|(i, rule)| Some((EdgeKind::Choice(i), rule.next.as_deref()?)));
    let default = state.default.as_deref().map(|target| (EdgeKind::Default, target));
    let catchers = state.catch.iter().flatten().enumerate();
    let catchers = catchers.filter_map(|(i, catcher)| Some((EdgeKind::Catch(i), catcher.next.as_deref()?)));
    // A field that does not belong to the state's kind is reported as such and leads nowhere.
    let here = move |(kind, _): &(EdgeKind, &str)| match kind {
        EdgeKind::Next => !matches!(state.kind, StateKind::Choice | StateKind::Succeed | StateKind::Fail),
        EdgeKind::Choice(_) | EdgeKind::Default => state.kind == StateKind::Choice,
        EdgeKind::Catch(_) => matches!(state.kind, StateKind::Task | StateKind::Parallel | StateKind::Map),
    };
    next.into_iter().chain(rules).chain(default).chain(catchers).filter(here)
}

/// Tarjan's search for strongly connected components, without recursion.
#[derive(Default)]
struct Components {
    /// When each state was first met.
    numbers: Vec<Option<usize>>,
    /// The earliest state that each leads to.
    lowest: Vec<usize>,
    /// Whether its component is still open.
    waiting: Vec<bool>,
    open: Vec<usize>,
    met: usize,
    found: Vec<Vec<usize>>,
}

impl Components {
    /// Searches from a state; `next` gives the first edge at or after a place, as the place after it and its target.
    fn from(&mut self, start: usize, next: impl Fn(usize, usize) -> Option<(usize, usize)>) {
        let mut path = vec![(start, 0)];
        self.meet(start);
        while let Some((state, edge)) = path.last_mut() {
            let state = *state;
            if let Some((after, to)) = next(state, *edge) {
                *edge = after;
                match self.numbers.get(to).copied().flatten() {
                    None => {
                        self.meet(to);
                        path.push((to, 0));
                    }
                    Some(number) if self.waiting.get(to) == Some(&true) => self.lower(state, number),
                    Some(_) => {}
                }
                continue;
            }
            path.pop();
            let lowest = self.lowest.get(state).copied().unwrap_or_default();
            if let Some((before, _)) = path.last() {
                self.lower(*before, lowest);
            }
            if self.numbers.get(state).copied().flatten() == Some(lowest) {
                let first = self.open.iter().rposition(|open| *open == state).unwrap_or_default();
                let component = self.open.split_off(first);
                for state in &component {
                    if let Some(waits) = self.waiting.get_mut(*state) {
                        *waits = false;
                    }
                }
                self.found.push(component);
            }
        }
    }

    fn meet(&mut self, state: usize) {
        if let (Some(number), Some(lowest), Some(waits)) =
            (self.numbers.get_mut(state), self.lowest.get_mut(state), self.waiting.get_mut(state))
        {
            (*number, *lowest, *waits) = (Some(self.met), self.met, true);
            self.open.push(state);
            self.met += 1;
        }
    }

    fn lower(&mut self, state: usize, number: usize) {
        if let Some(lowest) = self.lowest.get_mut(state) {
            *lowest = number.min(*lowest);
        }
    }
}

/// Marks every number that the marked ones lead to, over and over.
fn flood<I: Iterator<Item = usize>>(mut marked: Vec<bool>, next: impl Fn(usize) -> I) -> Vec<bool> {
    let mut todo: Vec<usize> = (0..marked.len()).filter(|&i| marked.get(i) == Some(&true)).collect();
    while let Some(state) = todo.pop() {
        for successor in next(state) {
            if let Some(mark @ false) = marked.get_mut(successor) {
                *mark = true;
                todo.push(successor);
            }
        }
    }
    marked
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn knows_what_is_reached_and_what_ends() {
        let definition = json!({"StartAt": "A", "States": {
            "A": {"Type": "Task", "Resource": "r", "Next": "B", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}]},
            "B": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": true, "Next": "A"}], "Default": "D"},
            "C": {"Type": "Fail"},
            "D": {"Type": "Pass", "Next": "D"},
            "E": {"Type": "Pass", "Next": "Nowhere"}}});
        let (machine, _) = StateMachine::read(&definition);
        let graph = Graph::of(machine.scope());
        let edges: Vec<_> = graph.edges().iter().map(|e| (e.from, e.to, e.kind)).collect();
        assert_eq!(
            edges,
            [
                (0, Some(1), EdgeKind::Next),
                (0, Some(2), EdgeKind::Catch(0)),
                (1, Some(0), EdgeKind::Choice(0)),
                (1, Some(3), EdgeKind::Default),
                (3, Some(3), EdgeKind::Next),
                (4, None, EdgeKind::Next),
            ]
        );
        assert_eq!(graph.reachable(), [true, true, true, true, false]);
        assert_eq!(graph.reaching_end(), [true, true, true, false, false]);
        assert_eq!(graph.loops(|_| true), [vec![0, 1], vec![3]]);
        assert_eq!(graph.loops(|edge| edge.kind != EdgeKind::Next), Vec::<Vec<usize>>::new());
        let pointer = EdgeKind::Choice(0).pointer(&graph.state_pointer(1));
        assert_eq!(pointer.as_str(), "/States/B/Choices/0/Next");
    }
}
