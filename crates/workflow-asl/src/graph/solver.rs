//! The solver of forward analyses: computes the facts at the start of each node of a control-flow graph.
//!
//! Rule: at the start, the given fact holds. At any other node, the fact is the meet of the incoming transitions'
//! facts; each fact is derived from the fact at its source. Unreachable nodes have no fact, and their transitions are
//! ignored. Facts only change in one direction when they meet, so following the transitions until nothing changes finds
//! the most precise solution.

use std::collections::BTreeSet;

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
        for (node, fact) in Solver::of(graph).solve_from(start, entry, analysis) {
            if let Some(known) = known.get_mut(node) {
                *known = Some(fact);
            }
        }
    }
    known
}

/// Solves analyses of one graph that begin at any of its nodes.
#[derive(Debug)]
pub struct Solver<'g, T, F> {
    graph: &'g FlowGraph<T>,
    /// The reachable nodes in execution order.
    nodes: Vec<usize>,
    /// The place of each node among them.
    places: Vec<Option<usize>>,
    /// The facts by place, all `None` between two analyses.
    known: Vec<Option<F>>,
}

impl<'g, T: Transition, F> Solver<'g, T, F> {
    /// Returns a solver for a graph.
    pub fn of(graph: &'g FlowGraph<T>) -> Self {
        let nodes = graph.order();
        let mut places = vec![None; graph.size()];
        for (place, node) in nodes.iter().enumerate() {
            if let Some(known) = places.get_mut(*node) {
                *known = Some(place);
            }
        }
        let mut known = Vec::new();
        known.resize_with(nodes.len(), || None);
        Self { graph, nodes, places, known }
    }

    /// Returns each node that a path from `start` reaches, in execution order, with its fact, given `entry` at `start`.
    /// Takes time in proportion to these nodes and their transitions.
    pub fn solve_from<A: FlowAnalysis<T, Fact = F>>(
        &mut self,
        start: usize,
        entry: F,
        analysis: &A,
    ) -> Vec<(usize, F)> {
        let Self { graph, nodes, places, known } = self;
        let place = |node: usize| places.get(node).copied().flatten();
        let (mut reached, mut waits) = (Vec::new(), BTreeSet::new());
        if let Some((start, known)) = place(start).and_then(|start| Some((start, known.get_mut(start)?))) {
            *known = Some(entry);
            reached.push(start);
            waits.insert(start);
        }
        let mut from = 0;
        // The nodes are visited in turns, each of which begins with the first one that waits.
        while let Some(here) = waits.range(from..).next().or(waits.first()).copied() {
            waits.remove(&here);
            from = here + 1;
            let (Some(node), Some(Some(before))) = (nodes.get(here), known.get(here)) else { continue };
            let leaving = graph.leaving(*node);
            let ways: Vec<_> = analysis.leave(*node, leaving, before).collect();
            for (transition, way) in leaving.iter().zip(ways) {
                let (Some(to), Some(way)) = (transition.target().and_then(place), way) else { continue };
                let Some(there) = known.get_mut(to) else { continue };
                let changed = match there {
                    Some(there) => analysis.meet(there, &way),
                    None => {
                        *there = Some(way);
                        reached.push(to);
                        true
                    }
                };
                if changed {
                    waits.insert(to);
                }
            }
        }
        reached.sort_unstable();
        reached.into_iter().filter_map(|place| Some((*nodes.get(place)?, known.get_mut(place)?.take()?))).collect()
    }
}
