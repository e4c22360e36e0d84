//! The solver of forward analyses: what is known where each node of a control-flow graph begins.
//!
//! The rule. At the start is known what is given. At any other node is known what the transitions that lead there meet
//! in, each of what was known at its source and what it changes. Of a node that no path reaches nothing is known, and its
//! transitions count for nothing. Facts only move one way where they meet, so that following the transitions until
//! nothing changes finds the solution that says most.

use super::{FlowGraph, Transition};

/// A forward analysis of graphs with transitions `T`.
pub trait Analysis<T> {
    /// What is known where a node begins.
    type Fact;

    /// What is known on each of the transitions that leave a node, in their order, of what was known where the node
    /// began; `None` for one that is not followed.
    fn leave<'s>(
        &'s self,
        node: usize,
        leaving: &'s [T],
        before: &'s Self::Fact,
    ) -> impl Iterator<Item = Option<Self::Fact>> + 's;

    /// Keeps of what is known at a node what also holds by one more way; whether that changed it.
    fn meet(&self, known: &mut Self::Fact, way: &Self::Fact) -> bool;
}

/// What is known at each node where `entry` is known at the start; `None` for a node that no path reaches.
///
/// Nodes are gone over in the order in which they run: without loops, once.
pub fn solve<T: Transition, A: Analysis<T>>(
    graph: &FlowGraph<T>,
    entry: A::Fact,
    analysis: &A,
) -> Vec<Option<A::Fact>> {
    let mut known: Vec<Option<A::Fact>> = Vec::new();
    known.resize_with(graph.size(), || None);
    let mut waits = vec![false; graph.size()];
    let Some(start) = graph.start() else { return known };
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
