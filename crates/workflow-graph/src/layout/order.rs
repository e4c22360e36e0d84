//! Computes the cross positions of vertices: `rust-sugiyama` orders them, [`compact`] positions them.

use rust_sugiyama::configure::{Config, CrossingMinimization, RankingType};
use rust_sugiyama::from_vertices_and_edges;

use super::compact;

/// The number of vertices beyond which ranks keep the document's order. The library recurses over the vertices, and its
/// time grows faster than their number.
const MAX_VERTICES: usize = 12_000;

/// The number of ranks beyond which ranks keep the document's order.
const MAX_RANKS: usize = 2_500;

/// The vertices of ranks, and the facts about them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ordered<'r> {
    /// The width of each vertex.
    pub(super) sizes: &'r [f64],
    pub(super) ranks: &'r [usize],
    /// The edges between neighbouring ranks, upper vertex first.
    pub(super) edges: &'r [(usize, usize)],
    /// Whether lines only pass through each vertex.
    pub(super) is_bend: &'r [bool],
    /// Whether each vertex is a state or a start or end mark.
    pub(super) is_node: &'r [bool],
    /// Pairs of nodes. The first node of a pair should be left of the second.
    pub(super) siblings: &'r [(usize, usize)],
}

impl Ordered<'_> {
    /// Returns the cross positions of the centres of vertices.
    ///
    /// The vertices of a rank are at least `gap` apart. All are within `limit` if the widest rank is.
    pub(super) fn across(&self, gap: f64, limit: f64, cells: bool) -> Vec<f64> {
        let count = self.ranks.iter().max().map_or(0, |last| last + 1);
        let mut places = if self.sizes.len() > MAX_VERTICES || count > MAX_RANKS {
            vec![0.0; self.sizes.len()]
        } else {
            of_library(self.sizes, self.edges, gap)
        };
        self.mirror(&mut places);
        let mut of_rank = vec![Vec::new(); count];
        for (vertex, rank) in self.ranks.iter().enumerate() {
            of_rank.get_mut(*rank).into_iter().for_each(|vertices: &mut Vec<usize>| vertices.push(vertex));
        }
        for vertices in &mut of_rank {
            vertices.sort_by(|one, other| {
                place_of(&places, *one).total_cmp(&place_of(&places, *other)).then(one.cmp(other))
            });
        }
        let ends = |side: f64| places.iter().zip(self.sizes).map(move |(place, size)| place + side * size / 2.0);
        let span = ends(1.0).fold(f64::NEG_INFINITY, f64::max) - ends(-1.0).fold(f64::INFINITY, f64::min);
        compact::compact(self, &of_rank, &mut places, gap, limit.min(span));
        if cells {
            places.iter_mut().for_each(|place| *place = place.round());
        }
        for vertices in &of_rank {
            let mut free = f64::NEG_INFINITY;
            for vertex in vertices {
                let half = place_of(self.sizes, *vertex) / 2.0;
                if let Some(place) = places.get_mut(*vertex) {
                    // Cells have whole numbers; the centre of an odd size is a cell.
                    let least = if cells { (free + half).ceil() } else { free + half };
                    *place = place.max(least);
                    free = *place + half + gap;
                }
            }
        }
        places
    }

    /// Mirrors the picture if that puts more states in the order of the definition.
    fn mirror(&self, places: &mut [f64]) {
        let in_order = |one: usize, other: usize| place_of(places, one).total_cmp(&place_of(places, other)) as i32;
        if self.siblings.iter().map(|(one, other)| in_order(*one, *other)).sum::<i32>() > 0 {
            places.iter_mut().for_each(|place| *place = -*place);
        }
    }
}

pub(super) fn place_of(values: &[f64], vertex: usize) -> f64 {
    values.get(vertex).copied().unwrap_or_default()
}

fn of_library(sizes: &[f64], edges: &[(usize, usize)], gap: f64) -> Vec<f64> {
    let number = |vertex: usize| u32::try_from(vertex).unwrap_or(u32::MAX);
    let vertices: Vec<_> = sizes.iter().enumerate().map(|(vertex, size)| (number(vertex), (*size, 1.0))).collect();
    let edges: Vec<_> = edges.iter().map(|(from, to)| (number(*from), number(*to))).collect();
    let config = Config {
        minimum_length: 1,
        vertex_spacing: gap,
        // The ranks are known: every edge spans one rank.
        dummy_vertices: false,
        ranking_type: RankingType::Up,
        c_minimization: CrossingMinimization::Barycenter,
        transpose: true,
        dummy_size: 1.0,
    };
    let mut places = vec![0.0; sizes.len()];
    let mut left = 0.0;
    for (component, ..) in from_vertices_and_edges(&vertices, &edges, &config) {
        let half = |vertex: usize| sizes.get(vertex).copied().unwrap_or_default() / 2.0;
        let finite = component.iter().filter(|(_, (place, _))| place.is_finite());
        let (first, last) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(first, last), (vertex, (place, _))| {
            (f64::min(first, place - half(*vertex)), f64::max(last, place + half(*vertex)))
        });
        for (vertex, (place, _)) in &component {
            if let Some(own) = places.get_mut(*vertex).filter(|_| place.is_finite()) {
                *own = left + place - first;
            }
        }
        if last.is_finite() {
            left += last - first + gap;
        }
    }
    places
}
