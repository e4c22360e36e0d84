//! Arranges the vertices of a scope in ranks, and its edges as paths over them.

use std::collections::{BTreeMap, BTreeSet};

use super::rows;

/// An edge to be drawn: of the document, from the start or to the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The size of its label, cross and along.
    pub(super) label: Option<(f64, f64)>,
    /// Links of one class to one target join on the way.
    pub(super) class: u8,
}

impl Link {
    /// Returns the least number of ranks between its source and target. A label has a rank of its own.
    pub(super) fn ranks(&self) -> usize {
        if self.label.is_some() { 2 } else { 1 }
    }
}

/// A vertex of a rank.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Vertex {
    /// A state or a start or end mark, by its index.
    Node(usize),
    /// The label of the link with this index.
    Label(usize),
    /// A point that one or more links pass.
    Bend,
}

/// A point that links share: on the trunk of their source, or on the way to their target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Bend {
    node: usize,
    is_trunk: bool,
    class: u8,
    up: bool,
    rank: usize,
}

/// Ranks, and the paths through them.
#[derive(Clone, Debug, Default)]
pub(super) struct Ranks {
    pub(super) vertices: Vec<Vertex>,
    /// The size of each vertex, cross and along.
    pub(super) sizes: Vec<(f64, f64)>,
    pub(super) ranks: Vec<usize>,
    /// The joined vertices of neighbouring ranks, upper vertex first.
    pub(super) edges: Vec<(usize, usize)>,
    /// The vertices of each link, from the upper to the lower end.
    pub(super) ways: Vec<Vec<usize>>,
    /// Whether each link leads up.
    pub(super) reversed: Vec<bool>,
}

impl Ranks {
    /// Arranges nodes of these sizes in ranks: each link leads down, except links that close a loop.
    ///
    /// Nodes in ranks wider than `limit`, with `gap` between them, are put in several rows if one node leads to them.
    pub(super) fn of(sizes: &[(f64, f64)], links: &[Link], gap: f64, limit: f64) -> Self {
        let reversed = closing(sizes.len(), links);
        let mut delays = vec![0; links.len()];
        let (mut ranks, order) = longest(sizes.len(), links, &reversed, &delays);
        if widest(sizes, links, &ranks, gap) > limit {
            delays = rows::delays(sizes, links, &reversed, &order, gap, limit);
            (ranks, _) = longest(sizes.len(), links, &reversed, &delays);
        }
        let mut made = Self {
            vertices: (0..sizes.len()).map(Vertex::Node).collect(),
            sizes: sizes.to_vec(),
            ranks,
            edges: Vec::new(),
            ways: Vec::new(),
            reversed,
        };
        let mut bends = BTreeMap::new();
        for (number, link) in links.iter().enumerate() {
            let delay = delays.get(number).copied().unwrap_or_default();
            let way = made.way(number, link, delay, &mut bends);
            made.ways.push(way);
        }
        let joined = made.ways.iter().flat_map(|way| way.windows(2));
        let joined = joined.filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)));
        // The links have the order of the document, which the library keeps where possible.
        let mut known = BTreeSet::new();
        made.edges = joined.filter(|pair| known.insert(*pair)).collect();
        made
    }

    /// Returns the vertices of a link and creates the missing vertices: the vertices of a trunk, its label, and the
    /// vertices that it shares with other links to its target.
    fn way(&mut self, number: usize, link: &Link, delay: usize, bends: &mut BTreeMap<Bend, usize>) -> Vec<usize> {
        let rank = |vertex: usize| self.ranks.get(vertex).copied().unwrap_or_default();
        let up = self.reversed.get(number).copied().unwrap_or_default();
        let (from, to) = (rank(link.from), rank(link.to));
        let between: Vec<usize> = if up { (to + 1..from).rev().collect() } else { (from + 1..to).collect() };
        let mut way = vec![link.from];
        for (step, rank) in between.into_iter().enumerate() {
            let vertex = match link.label.filter(|_| step == delay) {
                Some(size) => self.push(Vertex::Label(number), size, rank),
                None => {
                    let node = if step < delay { link.from } else { link.to };
                    let key = Bend { node, is_trunk: step < delay, class: link.class, up, rank };
                    match bends.get(&key) {
                        Some(known) => *known,
                        None => {
                            let made = self.push(Vertex::Bend, (1.0, 0.0), rank);
                            bends.insert(key, made);
                            made
                        }
                    }
                }
            };
            way.push(vertex);
        }
        way.push(link.to);
        if up {
            way.reverse();
        }
        way
    }

    fn push(&mut self, vertex: Vertex, size: (f64, f64), rank: usize) -> usize {
        self.vertices.push(vertex);
        self.sizes.push(size);
        self.ranks.push(rank);
        self.vertices.len() - 1
    }
}

/// Returns for each link whether it closes a loop: it leads to a node that a depth-first search in the document's order
/// has not left.
fn closing(nodes: usize, links: &[Link]) -> Vec<bool> {
    let mut leaving = vec![Vec::new(); nodes];
    for (number, link) in links.iter().enumerate() {
        if let Some(list) = leaving.get_mut(link.from) {
            list.push(number);
        }
    }
    let mut closing = vec![false; links.len()];
    let (mut met, mut open) = (vec![false; nodes], vec![false; nodes]);
    let mut entered = vec![false; nodes];
    links.iter().for_each(|link| {
        if let Some(entered) = entered.get_mut(link.to) {
            *entered = true
        }
    });
    // Nodes without predecessors come first, so that loops begin where they are entered.
    let first = (0..nodes).filter(|node| entered.get(*node) == Some(&false));
    for root in first.chain(0..nodes) {
        let mut path = vec![(root, 0)];
        if met.get(root) != Some(&false) {
            continue;
        }
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            if let (Some(met), Some(open)) = (met.get_mut(node), open.get_mut(node)) {
                (*met, *open) = (true, true);
            }
            let Some(number) = leaving.get(node).and_then(|list| list.get(*next)).copied() else {
                if let Some(open) = open.get_mut(node) {
                    *open = false;
                }
                path.pop();
                continue;
            };
            *next += 1;
            let Some(to) = links.get(number).map(|link| link.to) else { continue };
            if open.get(to) == Some(&true) {
                if let Some(closing) = closing.get_mut(number) {
                    *closing = true;
                }
            } else if met.get(to) == Some(&false) {
                path.push((to, 0));
            }
        }
    }
    closing
}

/// Returns the width of the widest rank, including labels.
fn widest(sizes: &[(f64, f64)], links: &[Link], ranks: &[usize], gap: f64) -> f64 {
    let mut widths = vec![0.0; ranks.iter().max().map_or(0, |last| last + 1)];
    let mut add = |rank: usize, across: f64| {
        widths.get_mut(rank).into_iter().for_each(|width| *width += across + gap);
    };
    for (rank, (across, _)) in ranks.iter().zip(sizes) {
        add(*rank, *across);
    }
    for link in links {
        if let (Some((across, _)), Some(rank)) = (link.label, ranks.get(link.from)) {
            add(rank + 1, across);
        }
    }
    widths.into_iter().fold(0.0, f64::max) - gap
}

/// Returns the rank of each node: the length of the longest path to it, including the delay of each link. Also returns
/// the nodes in topological order.
fn longest(nodes: usize, links: &[Link], reversed: &[bool], delays: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let mut leaving = vec![Vec::new(); nodes];
    let mut entering = vec![0_usize; nodes];
    for ((link, reversed), delay) in links.iter().zip(reversed).zip(delays) {
        let (from, to) = if *reversed { (link.to, link.from) } else { (link.from, link.to) };
        if let (Some(list), Some(count)) = (leaving.get_mut(from), entering.get_mut(to)) {
            list.push((to, delay + link.ranks()));
            *count += 1;
        }
    }
    let mut ranks = vec![0; nodes];
    let mut ready: Vec<_> = (0..nodes).filter(|node| entering.get(*node) == Some(&0)).collect();
    let mut order = Vec::with_capacity(nodes);
    while let Some(node) = ready.pop() {
        order.push(node);
        let own = ranks.get(node).copied().unwrap_or_default();
        for (to, length) in leaving.get(node).into_iter().flatten() {
            if let (Some(rank), Some(count)) = (ranks.get_mut(*to), entering.get_mut(*to)) {
                *rank = own.max(usize::saturating_sub(*rank, *length)) + length;
                *count -= 1;
                if *count == 0 {
                    ready.push(*to);
                }
            }
        }
    }
    (ranks, order)
}
