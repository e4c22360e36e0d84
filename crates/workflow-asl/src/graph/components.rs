//! The loops of a control-flow graph.

use super::{FlowGraph, Transition};

impl<T: Transition> FlowGraph<T> {
    /// Returns the loops: the largest sets of nodes, reachable from the start, that all lead to each other over
    /// transitions that `takes` accepts. Nodes are in order, sets in the order of their first nodes.
    pub fn loops(&self, takes: impl Fn(&T) -> bool) -> Vec<Vec<usize>> {
        let mut search = Components {
            numbers: vec![None; self.size()],
            lowest: vec![0; self.size()],
            waiting: vec![false; self.size()],
            ..Components::default()
        };
        for node in self.order() {
            if search.numbers.get(node) == Some(&None) {
                search.from(node, |node, at| {
                    let leaving = self.leaving(node).get(at..)?;
                    let next = leaving.iter().position(|one| one.target().is_some() && takes(one))?;
                    Some((at + next + 1, leaving.get(next)?.target()?))
                });
            }
        }
        let mut loops = search.found;
        loops.retain(|nodes| match nodes.as_slice() {
            [only] => self.leaving(*only).iter().any(|one| one.target() == Some(*only) && takes(one)),
            _ => true,
        });
        loops.iter_mut().for_each(|nodes| nodes.sort_unstable());
        loops.sort_unstable();
        loops
    }
}

/// Tarjan's search for strongly connected components, without recursion.
#[derive(Default)]
struct Components {
    /// The order in which each state was first reached.
    numbers: Vec<Option<usize>>,
    /// The earliest state that each one leads to.
    lowest: Vec<usize>,
    /// Whether its component is still open.
    waiting: Vec<bool>,
    open: Vec<usize>,
    met: usize,
    found: Vec<Vec<usize>>,
}

impl Components {
    /// Searches from a state. `next` returns the first edge at or after a position: its next position and target.
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
