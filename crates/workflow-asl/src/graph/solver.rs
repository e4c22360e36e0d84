//! The solver of forward analyses: computes the facts at the start of each node of a control-flow graph.
//!
//! Rule: at the start, the given fact holds. At any other node, the fact is the meet of the incoming transitions'
//! facts; each fact is derived from the fact at its source. Unreachable nodes have no fact, and their transitions are
//! ignored. Facts only change in one direction when they meet, so following the transitions until nothing changes finds
//! the most precise solution.

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
    solve_from(graph, graph.start(), entry, analysis)
}

/// Returns the fact at each node, given `entry` at the node `start`; `None` for a node that no path from there reaches.
pub fn solve_from<T: Transition, A: FlowAnalysis<T>>(
    graph: &FlowGraph<T>,
    start: Option<usize>,
    entry: A::Fact,
    analysis: &A,
) -> Vec<Option<A::Fact>> {
    let mut known: Vec<Option<A::Fact>> = Vec::new();
    known.resize_with(graph.size(), || None);
    let mut waits = vec![false; graph.size()];
    let Some(start) = start else { return known };
    if let (Some(known), Some(waits)) = (known.get_mut(start), waits.get_mut(start)) {
        (*known, *waits) = (Some(entry), true);
    }
    let order = graph.order();
    while waits.contains(&true) {
        for &node in &order {
            let Some(true) = waits.get_mut(node).map(std::mem::take) else { continue };
            let Some(before) = known.get(node).and_then(Option::as_ref) else { continue };
            let leaving = graph.leaving(node);
            let ways: Vec<_> = analysis.leave(node, leaving, before).collect();
            for (transition, way) in leaving.iter().zip(ways) {
                let (Some(to), Some(way)) = (transition.target(), way) else { continue };
                let (Some(there), Some(waits)) = (known.get_mut(to), waits.get_mut(to)) else { continue };
                match there {
                    Some(there) => *waits |= analysis.meet(there, &way),
                    None => (*there, *waits) = (Some(way), true),
                }
            }
        }
    }
    known
}
