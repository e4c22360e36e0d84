//! Assigns cross positions within a width: each rank keeps its order, lines are straight, and each vertex is as near to
//! its neighbours as the width allows.

use super::order::{Ordered, place_of};

/// The number of passes over all ranks.
const SWEEPS: usize = 60;

/// Moves the vertices of ranks, which are ordered, into the width of the widest rank or `limit`, whichever is larger.
pub(super) fn compact(ordered: &Ordered<'_>, of_rank: &[Vec<usize>], places: &mut [f64], gap: f64, limit: f64) {
    let size = |vertex: usize| place_of(ordered.sizes, vertex);
    let width = |vertices: &[usize]| vertices.iter().map(|vertex| size(*vertex) + gap).sum::<f64>() - gap;
    let breadth = of_rank.iter().map(|vertices| width(vertices)).fold(limit, f64::max);
    // Each rank begins in the middle.
    for vertices in of_rank {
        let mut free = (breadth - width(vertices)) / 2.0;
        for vertex in vertices {
            places.get_mut(*vertex).into_iter().for_each(|place| *place = free + size(*vertex) / 2.0);
            free += size(*vertex) + gap;
        }
    }
    let columns = columns(ordered);
    let mut wanted: Vec<_> = places.iter().map(|place| (*place, 1.0)).collect();
    for _ in 0..SWEEPS {
        wanted = self::wanted(ordered, &columns, &wanted, places);
        for vertices in of_rank {
            let wanted: Vec<_> = vertices.iter().filter_map(|vertex| wanted.get(*vertex).copied()).collect();
            let sizes: Vec<_> = vertices.iter().map(|vertex| size(*vertex)).collect();
            for (vertex, place) in vertices.iter().zip(nearest(&wanted, &sizes, gap, breadth)) {
                places.get_mut(*vertex).into_iter().for_each(|own| *own = place);
            }
        }
    }
}

/// Returns the column of each vertex. The vertices of a column should be right below each other: the bends of a line,
/// and pairs of states where one state leads only to the other.
fn columns(ordered: &Ordered<'_>) -> Vec<usize> {
    let count = ordered.sizes.len();
    let is_bend = |vertex: usize| ordered.is_bend.get(vertex) == Some(&true);
    let is_node = |vertex: usize| ordered.is_node.get(vertex) == Some(&true);
    // The number of states and labels before and after each vertex, and the number of states alone.
    let (mut above, mut below, mut states) = (vec![0; count], vec![0; count], vec![0; count]);
    let add = |counts: &mut Vec<i32>, vertex: usize| counts.get_mut(vertex).into_iter().for_each(|count| *count += 1);
    for (upper, lower) in ordered.edges.iter().filter(|(upper, lower)| !is_bend(*upper) && !is_bend(*lower)) {
        add(&mut above, *lower);
        add(&mut below, *upper);
        if is_node(*upper) && is_node(*lower) {
            add(&mut states, *upper);
        }
    }
    let one = |counts: &[i32], vertex: usize| counts.get(vertex) == Some(&1);
    let lines = ordered.edges.iter().filter(|(upper, lower)| is_bend(*upper) && is_bend(*lower));
    let chains = ordered.edges.iter().filter(|(upper, lower)| {
        let direct = is_node(*upper) && is_node(*lower) && one(&states, *upper);
        !is_bend(*upper) && !is_bend(*lower) && one(&above, *lower) && (one(&below, *upper) || direct)
    });
    let (mut next, mut has_above) = (vec![None; count], vec![false; count]);
    for (upper, lower) in lines.chain(chains) {
        if let (Some(next @ None), Some(has_above @ false)) = (next.get_mut(*upper), has_above.get_mut(*lower)) {
            (*next, *has_above) = (Some(*lower), true);
        }
    }
    let mut columns = vec![0; count];
    for (first, _) in has_above.iter().enumerate().filter(|(_, has_above)| !**has_above) {
        let mut member = Some(first);
        while let Some(vertex) = member {
            columns.get_mut(vertex).into_iter().for_each(|column| *column = first);
            member = next.get(vertex).copied().flatten();
        }
    }
    columns
}

/// Returns the wanted position of each vertex and its weight: in line with its column, and near to the neighbours of
/// the column. `before` has the wanted positions of the pass before.
fn wanted(ordered: &Ordered<'_>, columns: &[usize], before: &[(f64, f64)], places: &[f64]) -> Vec<(f64, f64)> {
    let column = |vertex: usize| columns.get(vertex).copied().unwrap_or(vertex);
    let is_bend = |vertex: usize| ordered.is_bend.get(vertex) == Some(&true);
    let mut sums = vec![(0.0, 0.0); ordered.sizes.len()];
    let mut pull = |column: usize, place: f64, weight: f64| {
        if let Some((sum, all)) = sums.get_mut(column) {
            (*sum, *all) = (weight.mul_add(place, *sum), *all + weight);
        }
    };
    for (vertex, (place, (before, _))) in places.iter().zip(before).enumerate() {
        // Vertices that had to give way decide where the column can be.
        pull(column(vertex), *place, if (place - before).abs() > 0.1 { 32.0 } else { 1.0 });
    }
    for (upper, lower) in ordered.edges.iter().filter(|(upper, lower)| column(*upper) != column(*lower)) {
        for (vertex, other) in [(*upper, *lower), (*lower, *upper)] {
            // Where many lines join, most of them turn there. A line that passes through is always straight.
            let weight = match (is_bend(vertex), is_bend(other)) {
                (true, _) => 0.001,
                (false, true) => 0.25,
                (false, false) => 1.0,
            };
            pull(column(vertex), place_of(places, other), weight);
        }
    }
    let wanted = (0..places.len()).map(|vertex| {
        let (sum, all) = sums.get(column(vertex)).copied().unwrap_or_default();
        (sum / all, if is_bend(vertex) { 256.0 } else { all })
    });
    wanted.collect()
}

/// Returns the positions of a rank that are nearest to the wanted ones by the sum of weighted squares, in order and
/// with gaps. This is an isotonic regression that pools neighbours that are too near.
fn nearest(wanted: &[(f64, f64)], sizes: &[f64], gap: f64, breadth: f64) -> Vec<f64> {
    // The distance of each centre from the first if all are as near as allowed.
    let mut offsets = Vec::with_capacity(sizes.len());
    let (mut offset, mut before) = (0.0, None);
    for size in sizes {
        offset += before.map_or(0.0, |before: f64| f64::midpoint(before, *size) + gap);
        before = Some(*size);
        offsets.push(offset);
    }
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for ((place, weight), offset) in wanted.iter().zip(&offsets) {
        let mut pool = ((place - offset) * weight, *weight, 1);
        while let Some(last) = pools.last().filter(|last| last.0 / last.1 >= pool.0 / pool.1) {
            pool = (last.0 + pool.0, last.1 + pool.1, last.2 + pool.2);
            pools.pop();
        }
        pools.push(pool);
    }
    let half = |size: Option<&f64>| size.copied().unwrap_or_default() / 2.0;
    let (first, last) = (half(sizes.first()), breadth - half(sizes.last()) - offset);
    let places = pools.iter().flat_map(|(sum, weight, count)| std::iter::repeat_n(sum / weight, *count));
    places.zip(&offsets).map(|(place, offset)| place.min(last).max(first) + offset).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_that_are_too_near_share_what_they_give() {
        let sizes = [10.0; 3];
        // The heavier vertex moves less.
        assert_eq!(nearest(&[(50.0, 1.0), (50.0, 3.0)], &sizes[..2], 2.0, 100.0), [41.0, 53.0]);
        // The order stays, and nothing leaves the width.
        assert_eq!(
            nearest(&[(90.0, 1.0), (50.0, 1.0), (0.0, 1.0)], &sizes, 2.0, 100.0),
            [34.666_666_666_666_664, 46.666_666_666_666_664, 58.666_666_666_666_664]
        );
        assert_eq!(nearest(&[(200.0, 1.0), (-5.0, 1.0)], &sizes[..2], 0.0, 100.0), [85.0, 95.0]);
    }
}
