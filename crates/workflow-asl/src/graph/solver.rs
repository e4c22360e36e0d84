//! The solver of forward analyses: computes the facts at the start of each node of a control-flow graph.
//!
//! Rule: at the start, the given fact holds. At any other node, the fact is the meet of the incoming transitions'
//! facts; each fact is derived from the fact at its source. Unreachable nodes have no fact, and their transitions are
//! ignored. Facts only change in one direction when they meet, so following the transitions until nothing changes finds
//! the most precise solution.

use std::collections::{BTreeMap, BTreeSet};

use super::{FlowGraph, Transition};

/// A forward analysis of graphs with transitions `T`.
pub trait FlowAnalysis<T> {
    /// The fact at the start of a node.
    type Fact;

    /// Returns the facts on each of a node's outgoing transitions, in order, given the fact at the node's start; `None`
    /// for a transition that is not followed.
    fn leave<'s>(
        &'s self,
        node: usize,
        leaving: &'s [T],
        before: &'s Self::Fact,
    ) -> impl Iterator<Item = Option<Self::Fact>> + 's;

    /// Reduces the fact at a node to what also holds on another transition. Returns whether it changed.
    fn meet(&self, known: &mut Self::Fact, way: &Self::Fact) -> bool;
}

/// Returns the fact at each node, given `entry` at the start; `None` for a node that no path reaches.
///
/// Nodes are visited in execution order, so each is visited once if there are no loops.
pub fn solve<T: Transition, A: FlowAnalysis<T>>(
    graph: &FlowGraph<T>,
    entry: A::Fact,
    analysis: &A,
) -> Vec<Option<A::Fact>> {
    let mut known: Vec<Option<A::Fact>> = Vec::new();
    known.resize_with(graph.size(), || None);
    if let Some(start) = graph.start() {
        let order = ExecutionOrder::of(graph);
        for (node, fact) in solve_from(graph, &order, start, entry, analysis) {
            if let Some(known) = known.get_mut(node) {
                *known = Some(fact);
            }
        }
    }
    known
}

/// The reachable nodes of a graph in execution order.
#[derive(Debug)]
pub struct ExecutionOrder {
    nodes: Vec<usize>,
    /// The place of each node among them.
    places: Vec<Option<usize>>,
}

impl ExecutionOrder {
    /// Returns the order of the nodes of a graph.
    pub fn of<T: Transition>(graph: &FlowGraph<T>) -> Self {
        let nodes = graph.order();
        let mut places = vec![None; graph.size()];
        for (place, node) in nodes.iter().enumerate() {
            if let Some(known) = places.get_mut(*node) {
                *known = Some(place);
            }
        }
        Self { nodes, places }
    }
}

/// Returns each node that a path from `start` reaches, in execution order, with its fact, given `entry` at `start`.
/// Takes time in proportion to these nodes and their transitions.
pub fn solve_from<T: Transition, A: FlowAnalysis<T>>(
    graph: &FlowGraph<T>,
    order: &ExecutionOrder,
    start: usize,
    entry: A::Fact,
    analysis: &A,
) -> Vec<(usize, A::Fact)> {
    let place = |node: usize| order.places.get(node).copied().flatten();
    let mut known: BTreeMap<usize, A::Fact> = BTreeMap::new();
    let mut waits = BTreeSet::new();
    if let Some(start) = place(start) {
        known.insert(start, entry);
        waits.insert(start);
    }
    let mut from = 0;
    // The nodes are visited in turns, each of which begins with the first one that waits.
    while let Some(here) = waits.range(from..).next().or(waits.first()).copied() {
        waits.remove(&here);
        from = here + 1;
        let (Some(node), Some(before)) = (order.nodes.get(here), known.get(&here)) else { continue };
        let leaving = graph.leaving(*node);
        let ways: Vec<_> = analysis.leave(*node, leaving, before).collect();
        for (transition, way) in leaving.iter().zip(ways) {
            let (Some(to), Some(way)) = (transition.target().and_then(place), way) else { continue };
            let changed = match known.get_mut(&to) {
                Some(there) => analysis.meet(there, &way),
                None => known.insert(to, way).is_none(),
            };
            if changed {
                waits.insert(to);
            }
        }
    }
    known.into_iter().filter_map(|(place, fact)| Some((*order.nodes.get(place)?, fact))).collect()
}
