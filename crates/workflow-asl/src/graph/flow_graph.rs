//! A control-flow graph: nodes are numbers starting at zero, connected by transitions.

use std::collections::VecDeque;

/// A transition between nodes.
pub trait Transition {
    /// Returns the node that it leaves.
    fn source(&self) -> usize;
    /// Returns the node that it enters; `None` if there is no such node.
    fn target(&self) -> Option<usize>;
}

/// Nodes and the transitions between them. Methods take time linear in its size, unless stated otherwise.
#[derive(Clone, Debug)]
pub struct FlowGraph<T> {
    start: Option<usize>,
    transitions: Vec<T>,
    /// For each node, the range of its outgoing transitions in `transitions`.
    outgoing: Vec<std::ops::Range<usize>>,
}

impl<T> Default for FlowGraph<T> {
    fn default() -> Self {
        Self { start: None, transitions: Vec::new(), outgoing: Vec::new() }
    }
}

impl<T: Transition> FlowGraph<T> {
    /// Creates a graph with this first node and, for each node, its outgoing transitions.
    pub fn new<L: IntoIterator<Item = T>>(start: Option<usize>, leaving: impl IntoIterator<Item = L>) -> Self {
        let mut graph = Self::default();
        for leaving in leaving {
            let first = graph.transitions.len();
            graph.transitions.extend(leaving);
            graph.outgoing.push(first..graph.transitions.len());
        }
        graph.start = start.filter(|start| *start < graph.outgoing.len());
        graph
    }

    /// Returns how many nodes it has.
    pub fn size(&self) -> usize {
        self.outgoing.len()
    }

    /// Returns the first node.
    pub fn start(&self) -> Option<usize> {
        self.start
    }

    /// Returns all transitions, by the node that they leave.
    pub fn transitions(&self) -> &[T] {
        &self.transitions
    }

    /// Returns the transitions that leave a node.
    pub fn leaving(&self, node: usize) -> &[T] {
        self.outgoing.get(node).and_then(|range| self.transitions.get(range.clone())).unwrap_or_default()
    }

    /// Returns the reachable nodes, each before the nodes that only it leads to.
    pub fn order(&self) -> Vec<usize> {
        let mut seen = vec![false; self.size()];
        let mut done = Vec::new();
        let mut stack: Vec<(usize, usize)> = Vec::new();
        let mut enter = |node: usize, stack: &mut Vec<(usize, usize)>| {
            if let Some(seen @ false) = seen.get_mut(node) {
                *seen = true;
                stack.push((node, 0));
            }
        };
        self.start.into_iter().for_each(|start| enter(start, &mut stack));
        while let Some((node, next)) = stack.last_mut() {
            match self.leaving(*node).get(*next) {
                Some(transition) => {
                    *next += 1;
                    transition.target().into_iter().for_each(|to| enter(to, &mut stack));
                }
                None => {
                    done.push(*node);
                    stack.pop();
                }
            }
        }
        done.reverse();
        done
    }

    /// Returns for each node whether a path over transitions that `takes` accepts leads to it from a node in `from`,
    /// which are reached themselves.
    pub fn reached(&self, from: impl IntoIterator<Item = usize>, takes: impl Fn(&T) -> bool) -> Vec<bool> {
        let next = |node| self.leaving(node).iter().filter(|transition| takes(transition)).filter_map(T::target);
        flood(self.size(), from, next)
    }

    /// Returns for each node whether a path over transitions that `takes` accepts leads from it to a node in `to`,
    /// which are included themselves.
    pub fn reaching(&self, to: impl IntoIterator<Item = usize>, takes: impl Fn(&T) -> bool) -> Vec<bool> {
        let mut sources = vec![Vec::new(); self.size()];
        for transition in self.transitions.iter().filter(|transition| takes(transition)) {
            if let Some(sources) = transition.target().and_then(|to| sources.get_mut(to)) {
                sources.push(transition.source());
            }
        }
        flood(self.size(), to, |node| sources.get(node).into_iter().flatten().copied())
    }

    /// Returns the transitions of the shortest path from the start to a node over transitions that `takes` accepts;
    /// `None` if there is no such path.
    pub fn shortest(&self, to: usize, takes: impl Fn(&T) -> bool) -> Option<Vec<&T>> {
        let start = self.start?;
        // The transition by which each node was first reached.
        let mut by: Vec<Option<&T>> = vec![None; self.size()];
        let mut todo = VecDeque::from([start]);
        while let Some(node) = todo.pop_front().filter(|node| *node != to) {
            for transition in self.leaving(node).iter().filter(|transition| takes(transition)) {
                let Some(next) = transition.target().filter(|next| *next != start) else { continue };
                if let Some(reached @ None) = by.get_mut(next) {
                    *reached = Some(transition);
                    todo.push_back(next);
                }
            }
        }
        let mut path = Vec::new();
        let mut node = to;
        while node != start {
            let transition = by.get(node).copied().flatten()?;
            path.push(transition);
            node = transition.source();
        }
        path.reverse();
        Some(path)
    }
}

/// Marks the seeds and every node that they lead to.
fn flood<I: Iterator<Item = usize>>(
    size: usize,
    seeds: impl IntoIterator<Item = usize>,
    next: impl Fn(usize) -> I,
) -> Vec<bool> {
    let mut marked = vec![false; size];
    let mut todo: Vec<usize> = seeds.into_iter().collect();
    while let Some(node) = todo.pop() {
        if let Some(mark @ false) = marked.get_mut(node) {
            *mark = true;
            todo.extend(next(node));
        }
    }
    marked
}
