//! What has certainly happened where a state begins.
//!
//! The rule. A graph has nodes, a start and edges; some edges are said to bring something about: a success edge of
//! a state its result, a catch edge an error. Something has certainly happened at a node if every path from the
//! start to it goes over an edge that brings it about. So
//!
//! - at the start nothing has happened;
//! - at any other node has happened what has on each edge that leads there: what had at the edge's source, and what
//!   the edge itself brings about;
//! - of a node that no path reaches nothing is asked, and its edges count for nothing.
//!
//! The largest sets for which this holds are found by following the edges until nothing changes. What has happened
//! never un-happens: a variable keeps its value when its state runs again and fails.

/// A graph of states. Nodes are numbers from zero.
#[derive(Debug, Default)]
pub(in crate::check) struct Graph {
    /// The first node; `None` where there is none.
    pub(in crate::check) start: Option<usize>,
    /// The edges that leave each node, in source order.
    pub(in crate::check) leaving: Vec<Vec<Edge>>,
}

/// A way from one state to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) struct Edge {
    /// Where it leads.
    pub(in crate::check) to: usize,
    /// Whether an error was caught, which the state's result does not survive.
    pub(in crate::check) caught: bool,
}

/// Something that may have happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) enum Event {
    /// The node succeeded.
    Ran(usize),
    /// An error was caught, anywhere.
    Caught,
}

impl Event {
    /// Whether an edge brings it about.
    pub(in crate::check) fn happens(self, from: usize, edge: Edge) -> bool {
        match self {
            Self::Ran(node) => node == from && !edge.caught,
            Self::Caught => edge.caught,
        }
    }
}

/// Events are looked at together, a bit for each.
type Bits = u128;

/// For some events, at which nodes they have certainly happened.
#[derive(Debug, Default)]
pub(in crate::check) struct Certain {
    /// For each batch of events, the bits of each node; `None` for a node that no path reaches.
    batches: Vec<Vec<Option<Bits>>>,
}

impl Certain {
    /// Follows the edges of a graph until nothing changes.
    pub(in crate::check) fn of(graph: &Graph, events: &[Event]) -> Self {
        let order = graph.order();
        let batches = events.chunks(Bits::BITS as usize).map(|batch| follow(graph, &order, batch));
        Self { batches: batches.collect() }
    }

    /// Whether the event with this number has certainly happened where the node begins, or no path leads there.
    pub(in crate::check) fn at(&self, node: usize, event: usize) -> bool {
        let (batch, bit) = (event / Bits::BITS as usize, event % Bits::BITS as usize);
        let bits = self.batches.get(batch).and_then(|nodes| nodes.get(node)).copied().flatten();
        bits.is_none_or(|bits| bits >> bit & 1 == 1)
    }
}

fn follow(graph: &Graph, order: &[usize], batch: &[Event]) -> Vec<Option<Bits>> {
    let mut facts: Vec<Option<Bits>> = vec![None; graph.leaving.len()];
    if let Some(fact) = graph.start.and_then(|start| facts.get_mut(start)) {
        *fact = Some(0);
    }
    let mut ran: Vec<Bits> = vec![0; graph.leaving.len()];
    let mut caught: Bits = 0;
    for (bit, event) in batch.iter().enumerate() {
        match event {
            Event::Ran(node) => {
                if let Some(ran) = ran.get_mut(*node) {
                    *ran |= 1 << bit;
                }
            }
            Event::Caught => caught |= 1 << bit,
        }
    }
    let mut changed = true;
    while changed {
        changed = false;
        for &node in order {
            let Some(before) = facts.get(node).copied().flatten() else { continue };
            let ran = ran.get(node).copied().unwrap_or_default();
            for edge in graph.leaving.get(node).into_iter().flatten() {
                let after = before | if edge.caught { caught } else { ran };
                let Some(there) = facts.get_mut(edge.to) else { continue };
                let met = there.map_or(after, |known| known & after);
                if *there != Some(met) {
                    *there = Some(met);
                    changed = true;
                }
            }
        }
    }
    facts
}

impl Graph {
    /// The nodes that paths reach, each before those that only it leads to: every fact settles in one pass
    /// where nothing loops.
    pub(in crate::check) fn order(&self) -> Vec<usize> {
        let mut seen = vec![false; self.leaving.len()];
        let mut done = Vec::new();
        let mut stack: Vec<(usize, usize)> = Vec::new();
        if let Some(start) = self.start
            && let Some(first) = seen.get_mut(start)
        {
            *first = true;
            stack.push((start, 0));
        }
        while let Some((node, next)) = stack.last_mut() {
            match self.leaving.get(*node).and_then(|edges| edges.get(*next)) {
                Some(edge) => {
                    *next += 1;
                    if let Some(entered @ false) = seen.get_mut(edge.to) {
                        *entered = true;
                        stack.push((edge.to, 0));
                    }
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

    /// The shortest path from the start to a node, without the edges that bring the event about: the way on which
    /// it does not happen. `None` where every path does.
    pub(in crate::check) fn way_without(&self, to: usize, event: Event) -> Option<Vec<Edge>> {
        let start = self.start?;
        // From where each node was reached, and by which edge.
        let mut from: Vec<Option<(usize, Edge)>> = vec![None; self.leaving.len()];
        let mut todo = std::collections::VecDeque::from([start]);
        while let Some(node) = todo.pop_front() {
            if node == to {
                break;
            }
            for &edge in self.leaving.get(node).into_iter().flatten() {
                if edge.to == start || event.happens(node, edge) {
                    continue;
                }
                if let Some(reached @ None) = from.get_mut(edge.to) {
                    *reached = Some((node, edge));
                    todo.push_back(edge.to);
                }
            }
        }
        let mut way = Vec::new();
        let mut node = to;
        while node != start {
            let (before, edge) = from.get(node).copied().flatten()?;
            way.push(edge);
            node = before;
        }
        way.reverse();
        Some(way)
    }

    /// The nodes that some path leads to over a catch edge.
    pub(in crate::check) fn after_catch(&self) -> Vec<bool> {
        let mut found = vec![false; self.leaving.len()];
        let caught = self.order().into_iter().filter_map(|node| self.leaving.get(node)).flatten();
        let mut todo: Vec<usize> = caught.filter(|edge| edge.caught).map(|edge| edge.to).collect();
        while let Some(node) = todo.pop() {
            if let Some(known @ false) = found.get_mut(node) {
                *known = true;
                todo.extend(self.leaving.get(node).into_iter().flatten().map(|edge| edge.to));
            }
        }
        found
    }

    /// The nodes from which a path leads to one of `targets` over edges for which `takes` holds; a target is among
    /// them where it is in a loop.
    pub(in crate::check) fn backwards(
        &self,
        targets: impl IntoIterator<Item = usize>,
        takes: impl Fn(Edge) -> bool,
    ) -> Vec<bool> {
        let mut entering: Vec<Vec<usize>> = vec![Vec::new(); self.leaving.len()];
        for (node, edges) in self.leaving.iter().enumerate() {
            for edge in edges.iter().filter(|edge| takes(**edge)) {
                if let Some(entering) = entering.get_mut(edge.to) {
                    entering.push(node);
                }
            }
        }
        let mut found = vec![false; self.leaving.len()];
        let mut todo: Vec<usize> = targets.into_iter().collect();
        while let Some(node) = todo.pop() {
            for &source in entering.get(node).into_iter().flatten() {
                if let Some(known @ false) = found.get_mut(source) {
                    *known = true;
                    todo.push(source);
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::{Certain, Edge, Event, Graph};

    /// A graph as text: `A -> B; A !> H` has a success edge and a catch edge; the first node is the start.
    fn graph(text: &str) -> (Graph, Vec<String>) {
        let mut names: Vec<String> = Vec::new();
        let mut graph = Graph::default();
        for edge in text.split(';').map(str::trim).filter(|edge| !edge.is_empty()) {
            let mut words = edge.split_whitespace();
            let mut ends = Vec::new();
            let mut caught = false;
            for word in words.by_ref() {
                match word {
                    "->" => caught = false,
                    "!>" => caught = true,
                    name => {
                        let node = names.iter().position(|known| known == name).unwrap_or_else(|| {
                            names.push(name.to_owned());
                            graph.leaving.push(Vec::new());
                            names.len() - 1
                        });
                        ends.push((node, caught));
                    }
                }
            }
            for pair in ends.windows(2) {
                let [(from, _), (to, caught)] = *pair else { unreachable!() };
                graph.leaving[from].push(Edge { to, caught });
            }
        }
        graph.start = Some(0);
        (graph, names)
    }

    /// What has certainly happened at a node: the names of states, and `!` for an error.
    fn at(text: &str, node: &str) -> String {
        let (graph, names) = graph(text);
        let events: Vec<_> = (0..names.len()).map(Event::Ran).chain([Event::Caught]).collect();
        let certain = Certain::of(&graph, &events);
        let node = names.iter().position(|name| name == node).unwrap();
        let ran = (0..=names.len()).filter(|event| certain.at(node, *event));
        let ran: Vec<_> = ran.map(|event| names.get(event).map_or("!", String::as_str)).collect();
        // Each answer has its reason: a path without it, or none.
        for (number, event) in events.iter().enumerate() {
            assert_eq!(certain.at(node, number), graph.way_without(node, *event).is_none(), "{text} {node} {event:?}");
        }
        ran.join(" ")
    }

    #[test]
    fn a_chain_has_run_in_order() {
        assert_eq!(at("A -> B -> C", "A"), "");
        assert_eq!(at("A -> B -> C", "C"), "A B");
    }

    #[test]
    fn what_some_path_skips_is_not_certain() {
        assert_eq!(at("A -> B -> D; A -> C -> D; D -> E", "E"), "A D");
        assert_eq!(at("A -> B -> D; A -> D", "D"), "A");
    }

    #[test]
    fn a_catch_edge_carries_the_error_and_not_the_result() {
        assert_eq!(at("A -> B; A !> H", "H"), "!");
        assert_eq!(at("A -> B; A !> H", "B"), "A");
        // One handler for several.
        assert_eq!(at("A -> B -> C; A !> H; B !> H; C !> H", "H"), "!");
        // A later success leaves the error, a way around the catch does not.
        assert_eq!(at("A -> B; A !> H -> I", "I"), "H !");
        assert_eq!(at("A -> B; A !> H -> B", "B"), "");
    }

    #[test]
    fn a_loop_has_run_from_its_second_turn_on() {
        assert_eq!(at("A -> B -> C -> B; C -> D", "B"), "A");
        assert_eq!(at("A -> B -> C -> B; C -> D", "D"), "A B C");
        // Two loops in each other.
        assert_eq!(at("A -> B -> C -> D -> C; D -> B; D -> E", "C"), "A B");
        assert_eq!(at("A -> B -> C -> D -> C; D -> B; D -> E", "E"), "A B C D");
        // A try again after a catch.
        assert_eq!(at("A -> B -> C; B !> W -> B", "C"), "A B");
        assert_eq!(at("A -> B -> C; B !> W -> B", "W"), "A !");
    }

    #[test]
    fn what_no_path_reaches_asks_for_nothing() {
        assert_eq!(at("A -> B; C -> B", "C"), "A B C !");
        assert_eq!(at("A -> B; C -> B", "B"), "A");
    }

    #[test]
    fn more_events_than_fit_into_one_batch() {
        let chain: Vec<String> = (0..300).map(|node| format!("N{node}")).collect();
        assert_eq!(at(&chain.join(" -> "), "N299").split(' ').count(), 299);
    }

    #[test]
    fn the_way_without_is_the_shortest() {
        let (graph, names) = graph("A -> B -> C -> D; A -> X -> Y -> D; A -> D");
        let way = graph.way_without(3, Event::Ran(2)).unwrap();
        let way: Vec<_> = way.iter().map(|edge| names[edge.to].as_str()).collect();
        assert_eq!(way, ["D"]);
    }
}
