//! The longest and the shortest paths through a scope.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::graph::Graph;

/// The key of a time or a count: whether it has no bound, and its value.
type Weight = (bool, u64);

/// Returns the states of the path with the greatest weight that no transition leads back on; of equal ones, the first in
/// the document. `order` is the [order](crate::graph::FlowGraph::order) of the graph.
pub(super) fn longest(graph: &Graph<'_>, order: &[usize], weight: impl Fn(usize) -> Weight) -> Vec<usize> {
    // The weight of the path from each state on, and its next state.
    let mut best: Vec<Option<(Weight, Option<usize>)>> = vec![None; graph.states().len()];
    for &state in order.iter().rev() {
        let mut rest = ((false, 0), None);
        for to in graph.leaving(state).iter().filter_map(|edge| edge.to) {
            // A state before this one has none yet.
            let Some((there, _)) = best.get(to).copied().flatten() else { continue };
            if rest.1.is_none() || there > rest.0 {
                rest = (there, Some(to));
            }
        }
        let own = weight(state);
        if let Some(best) = best.get_mut(state) {
            *best = Some(((own.0 | rest.0.0, own.1.saturating_add(rest.0.1)), rest.1));
        }
    }
    let mut way: Vec<usize> = order.first().copied().into_iter().collect();
    while let Some(next) = way.last().and_then(|state| best.get(*state).copied().flatten()?.1) {
        way.push(next);
    }
    way
}

/// Returns the least time that has passed when each state begins, given the least duration of each; a caught error may
/// occur at once. `None` for an unreachable state.
pub(super) fn earliest(graph: &Graph<'_>, takes: impl Fn(usize) -> u64) -> Vec<Option<u64>> {
    let mut known: Vec<Option<u64>> = vec![None; graph.states().len()];
    let mut todo: BinaryHeap<_> = graph.start().map(|start| Reverse((0_u64, start))).into_iter().collect();
    while let Some(Reverse((time, state))) = todo.pop() {
        match known.get_mut(state) {
            Some(at @ None) => *at = Some(time),
            _ => continue,
        }
        for edge in graph.leaving(state) {
            let own = if edge.is_caught() { 0 } else { takes(state) };
            if let Some(to) = edge.to.filter(|to| known.get(*to) == Some(&None)) {
                todo.push(Reverse((time.saturating_add(own), to)));
            }
        }
    }
    known
}

/// Returns the least weight of a turn of a loop, from its first state back to it.
pub(super) fn turn(graph: &Graph<'_>, states: &[usize], weight: impl Fn(usize) -> u64) -> Vec<usize> {
    let Some(&first) = states.first() else { return Vec::new() };
    let place = |state: usize| states.binary_search(&state).ok();
    // For each state of the loop, the predecessor with the least weight.
    let mut before: Vec<Option<usize>> = vec![None; states.len()];
    let mut least: Vec<Option<u64>> = vec![None; states.len()];
    let mut todo = BinaryHeap::from([Reverse((0_u64, first))]);
    while let Some(Reverse((so_far, state))) = todo.pop() {
        let here = so_far.saturating_add(weight(state));
        for edge in graph.leaving(state) {
            let Some((to, place)) = edge.to.and_then(|to| Some((to, place(to)?))) else { continue };
            if let Some(known) = least.get_mut(place)
                && known.is_none_or(|known| here < known)
            {
                *known = Some(here);
                if let Some(before) = before.get_mut(place) {
                    *before = Some(state);
                }
                if to != first {
                    todo.push(Reverse((here, to)));
                }
            }
        }
    }
    let mut way = Vec::new();
    let mut state = first;
    while let Some(from) = place(state).and_then(|place| before.get(place).copied().flatten()) {
        way.push(from);
        state = from;
        if state == first || way.len() > states.len() {
            break;
        }
    }
    way.reverse();
    way
}
