//! Where the vertices of ranks stand across: `rust-sugiyama` orders them and gives each a place.

use rust_sugiyama::configure::{Config, CrossingMinimization, RankingType};
use rust_sugiyama::from_vertices_and_edges;

/// Vertices beyond which a scope's ranks are filled in the document's order: the library visits them recursively, and its
/// time grows faster than their number.
const MAX_VERTICES: usize = 12_000;

/// Ranks beyond which the same is done.
const MAX_RANKS: usize = 2_500;

/// The places of the centres of vertices across, in ranks of which each edge joins two neighbours.
///
/// The vertices of a rank are at least `gap` apart.
pub(super) fn across(sizes: &[f64], ranks: &[usize], edges: &[(usize, usize)], gap: f64, cells: bool) -> Vec<f64> {
    let count = ranks.iter().max().map_or(0, |last| last + 1);
    let mut places = if sizes.len() > MAX_VERTICES || count > MAX_RANKS {
        vec![0.0; sizes.len()]
    } else {
        of_library(sizes, edges, gap)
    };
    let mut of_rank = vec![Vec::new(); count];
    for (vertex, rank) in ranks.iter().enumerate() {
        if let Some(vertices) = of_rank.get_mut(*rank) {
            vertices.push(vertex);
        }
    }
    if cells {
        places.iter_mut().for_each(|place| *place = place.round());
    }
    for vertices in &mut of_rank {
        let place = |vertex: usize| places.get(vertex).copied().unwrap_or_default();
        vertices.sort_by(|one, other| place(*one).total_cmp(&place(*other)).then(one.cmp(other)));
        let mut free = f64::NEG_INFINITY;
        for vertex in vertices {
            let half = sizes.get(*vertex).copied().unwrap_or_default() / 2.0;
            if let Some(place) = places.get_mut(*vertex) {
                // Cells have whole numbers: an odd size has its centre in a cell.
                let least = if cells { (free + half).ceil() } else { free + half };
                *place = place.max(least);
                free = *place + half + gap;
            }
        }
    }
    places
}

fn of_library(sizes: &[f64], edges: &[(usize, usize)], gap: f64) -> Vec<f64> {
    let number = |vertex: usize| u32::try_from(vertex).unwrap_or(u32::MAX);
    let vertices: Vec<_> = sizes.iter().enumerate().map(|(vertex, size)| (number(vertex), (*size, 1.0))).collect();
    let edges: Vec<_> = edges.iter().map(|(from, to)| (number(*from), number(*to))).collect();
    let config = Config {
        minimum_length: 1,
        vertex_spacing: gap,
        // The ranks are known: every edge is one long.
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
