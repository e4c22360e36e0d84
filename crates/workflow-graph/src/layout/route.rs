//! Routes links: where they leave and enter boxes, and how they run between two ranks without overlapping.

use std::collections::BTreeMap;

use super::measure::Units;
use super::rank::{Ranks, Vertex};

/// The lines of one scope, in cross and along positions.
#[derive(Clone, Debug, Default)]
pub(super) struct Routes {
    /// The along position of each vertex.
    pub(super) along: Vec<f64>,
    /// The pieces of each link from its source to its target, as cross and along positions. A label is between two
    /// pieces.
    pub(super) lines: Vec<Vec<Vec<(f64, f64)>>>,
    /// The total length.
    pub(super) length: f64,
}

/// A line between two vertices of neighbouring ranks.
#[derive(Clone, Copy, Debug)]
struct Segment {
    upper: usize,
    lower: usize,
    /// The cross positions at which it leaves the upper vertex and enters the lower one.
    out: f64,
    into: f64,
    /// The along position of its cross part, from the upper rank's end.
    track: f64,
}

/// Segments of one class between the same vertices are drawn as one.
type Key = (usize, usize, u8, bool);

impl Routes {
    /// Routes links of these classes over vertices whose centres are at `across`.
    pub(super) fn of(ranks: &Ranks, classes: &[u8], across: &[f64], units: &Units) -> Self {
        let mut router =
            Router { ranks, across, units, segments: Vec::new(), numbers: BTreeMap::new(), lengths: lengths(ranks) };
        for (number, way) in ranks.ways.iter().enumerate() {
            for pair in way.windows(2) {
                if let ([upper, lower], Some(key)) = (pair, key(ranks, classes, number, pair)) {
                    router.add(*upper, *lower, key);
                }
            }
        }
        router.ports();
        let gaps = router.tracks();
        let along = router.along(&gaps);
        let lines = (0..ranks.ways.len()).map(|number| router.line(number, classes, &along)).collect();
        let ends = along.iter().zip(&ranks.sizes).map(|(along, (_, size))| along + size);
        Self { length: ends.fold(0.0, f64::max), along, lines }
    }
}

fn key(ranks: &Ranks, classes: &[u8], link: usize, pair: &[usize]) -> Option<Key> {
    let up = ranks.reversed.get(link).copied()?;
    Some((*pair.first()?, *pair.get(1)?, classes.get(link).copied()?, up))
}

/// Returns the length of each rank: the length of its longest vertex.
fn lengths(ranks: &Ranks) -> Vec<f64> {
    let mut lengths = vec![0.0_f64; ranks.ranks.iter().max().map_or(0, |last| last + 1)];
    for (rank, (_, size)) in ranks.ranks.iter().zip(&ranks.sizes) {
        lengths.get_mut(*rank).into_iter().for_each(|length| *length = length.max(*size));
    }
    lengths
}

struct Router<'r> {
    ranks: &'r Ranks,
    across: &'r [f64],
    units: &'r Units,
    segments: Vec<Segment>,
    numbers: BTreeMap<Key, usize>,
    /// The length of each rank.
    lengths: Vec<f64>,
}

impl Router<'_> {
    fn add(&mut self, upper: usize, lower: usize, key: Key) {
        let next = self.segments.len();
        if *self.numbers.entry(key).or_insert(next) == next {
            self.segments.push(Segment {
                upper,
                lower,
                out: self.across_of(upper),
                into: self.across_of(lower),
                track: 0.0,
            });
        }
    }

    fn across_of(&self, vertex: usize) -> f64 {
        self.across.get(vertex).copied().unwrap_or_default()
    }

    fn size(&self, vertex: usize) -> (f64, f64) {
        self.ranks.sizes.get(vertex).copied().unwrap_or_default()
    }

    fn rank(&self, vertex: usize) -> usize {
        self.ranks.ranks.get(vertex).copied().unwrap_or_default()
    }

    /// Spreads the lines at each box, as straight as possible.
    fn ports(&mut self) {
        let count = self.ranks.vertices.len();
        let (mut leaving, mut entering) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        for (number, segment) in self.segments.iter().enumerate() {
            leaving.get_mut(segment.upper).into_iter().for_each(|list: &mut Vec<usize>| list.push(number));
            entering.get_mut(segment.lower).into_iter().for_each(|list: &mut Vec<usize>| list.push(number));
        }
        for (vertex, list) in leaving.iter().enumerate() {
            let places = self.spread(vertex, list, |segment| segment.into);
            for (number, place) in places {
                self.segments.get_mut(number).into_iter().for_each(|segment| segment.out = place);
            }
        }
        for (vertex, list) in entering.iter().enumerate() {
            let places = self.spread(vertex, list, |segment| segment.out);
            for (number, place) in places {
                self.segments.get_mut(number).into_iter().for_each(|segment| segment.into = place);
            }
        }
    }

    /// Returns the positions of lines at a vertex, near to the positions of their other ends.
    fn spread(&self, vertex: usize, lines: &[usize], other: impl Fn(&Segment) -> f64) -> Vec<(usize, f64)> {
        let centre = self.across_of(vertex);
        let wanted = lines.iter().filter_map(|number| Some((*number, other(self.segments.get(*number)?))));
        let mut places: Vec<(usize, f64)> = wanted.collect();
        if !matches!(self.ranks.vertices.get(vertex), Some(Vertex::Node(_))) {
            places.iter_mut().for_each(|(_, place)| *place = centre);
            return places;
        }
        places.sort_by(|one, other| one.1.total_cmp(&other.1).then(one.0.cmp(&other.0)));
        // Lines avoid the rounded corners and the room of a loop.
        let half = (self.size(vertex).0 / 2.0 - self.units.loops - self.units.corner).max(0.0);
        let (first, last) = (centre - half, centre + half);
        #[expect(clippy::cast_precision_loss, reason = "a box has far fewer than 2^52 lines")]
        let spaces = places.len().saturating_sub(1).max(1) as f64;
        let apart = self.units.port.min((last - first) / spaces);
        let apart = if self.units.cells { apart.floor().max(1.0) } else { apart };
        let mut free = first;
        for (_, place) in &mut places {
            *place = place.clamp(free.min(last), last);
            free = *place + apart;
        }
        let mut free = last;
        for (_, place) in places.iter_mut().rev() {
            *place = place.min(free);
            free = *place - apart;
        }
        places
    }

    /// Assigns a track to each line that is not straight. Returns the space needed after each rank.
    fn tracks(&mut self) -> Vec<f64> {
        let ranks = self.ranks.ranks.iter().max().map_or(0, |last| last + 1);
        let mut of_gap = vec![Vec::new(); ranks];
        for (number, segment) in self.segments.iter().enumerate() {
            of_gap.get_mut(self.rank(segment.upper)).into_iter().for_each(|list: &mut Vec<usize>| list.push(number));
        }
        let mut gaps = Vec::with_capacity(ranks);
        for list in of_gap {
            let mut leaving: BTreeMap<usize, usize> = BTreeMap::new();
            for segment in list.iter().filter_map(|number| self.segments.get(*number)) {
                *leaving.entry(segment.upper).or_default() += 1;
            }
            // Lines that join or part at one vertex run together.
            let mut bundles: BTreeMap<(usize, usize), Bundle> = BTreeMap::new();
            for number in list {
                let Some(segment) = self.segments.get(number) else { continue };
                if (segment.out - segment.into).abs() < 0.5 {
                    continue;
                }
                let joins = !matches!(self.ranks.vertices.get(segment.lower), Some(Vertex::Node(_)));
                let parts = !matches!(self.ranks.vertices.get(segment.upper), Some(Vertex::Node(_)));
                let is_trunk = parts && leaving.get(&segment.upper).is_some_and(|count| *count > 1);
                let own = match (joins, parts) {
                    (true, _) if !is_trunk => (segment.lower, usize::MAX),
                    (_, true) => (segment.upper, usize::MAX - 1),
                    _ => (usize::MAX, number),
                };
                bundles.entry(own).or_default().add(number, segment);
            }
            let mut bundles: Vec<_> = bundles.into_values().collect();
            sort(&mut bundles);
            let mut levels: Vec<(f64, f64, usize)> = Vec::new();
            let mut deepest = None;
            for bundle in &bundles {
                let (first, last) = bundle.range();
                let apart = self.units.port / 2.0;
                let below = levels.iter().filter(|(from, to, _)| first < to + apart && *from < last + apart);
                let level = below.map(|(.., level)| level + 1).max().unwrap_or_default();
                levels.push((first, last, level));
                deepest = deepest.max(Some(level));
                #[expect(clippy::cast_precision_loss, reason = "a gap has far fewer than 2^52 tracks")]
                let track = (level as f64).mul_add(self.units.track, self.units.head);
                for number in &bundle.segments {
                    self.segments.get_mut(*number).into_iter().for_each(|segment| segment.track = track);
                }
            }
            #[expect(clippy::cast_precision_loss, reason = "as above")]
            let room = deepest.map_or(0.0, |deepest| {
                let ends = if self.units.cells { 3.0 } else { 2.0 * self.units.head + 6.0 };
                ends + deepest as f64 * self.units.track
            });
            gaps.push(room.max(self.units.rank_gap));
        }
        gaps
    }

    /// Returns the along position of each vertex.
    fn along(&self, gaps: &[f64]) -> Vec<f64> {
        let mut at = 0.0;
        let mut begins = Vec::with_capacity(gaps.len());
        for (length, gap) in self.lengths.iter().zip(gaps) {
            begins.push(at);
            at += length + gap;
        }
        self.ranks.ranks.iter().map(|rank| begins.get(*rank).copied().unwrap_or_default()).collect()
    }

    /// Returns the pieces of a link, from its source to its target.
    fn line(&self, link: usize, classes: &[u8], along: &[f64]) -> Vec<Vec<(f64, f64)>> {
        let Some(way) = self.ranks.ways.get(link) else { return Vec::new() };
        let begins = |vertex: usize| along.get(vertex).copied().unwrap_or_default();
        let mut pieces = Vec::new();
        let mut piece: Vec<(f64, f64)> = Vec::new();
        for pair in way.windows(2) {
            let [upper, lower] = pair else { continue };
            let segment = key(self.ranks, classes, link, pair).and_then(|key| self.numbers.get(&key));
            let Some(segment) = segment.and_then(|number| self.segments.get(*number)) else { continue };
            if matches!(self.ranks.vertices.get(*upper), Some(Vertex::Label(_))) {
                pieces.push(std::mem::take(&mut piece));
            }
            let end = begins(*upper) + self.size(*upper).1;
            piece.push((segment.out, end));
            if (segment.out - segment.into).abs() >= 0.5 {
                let turn = self.rank_end(*upper, along) + segment.track;
                piece.push((segment.out, turn));
                piece.push((segment.into, turn));
            }
            piece.push((segment.into, begins(*lower)));
        }
        pieces.push(piece);
        if self.ranks.reversed.get(link) == Some(&true) {
            pieces.reverse();
            pieces.iter_mut().for_each(|piece| piece.reverse());
        }
        pieces
    }

    /// Returns the along position of the end of a vertex's rank.
    fn rank_end(&self, vertex: usize, along: &[f64]) -> f64 {
        along.get(vertex).copied().unwrap_or_default()
            + self.lengths.get(self.rank(vertex)).copied().unwrap_or_default()
    }
}

/// Lines between two ranks that run on one track.
#[derive(Clone, Debug, Default)]
struct Bundle {
    segments: Vec<usize>,
    outs: Vec<f64>,
    intos: Vec<f64>,
}

impl Bundle {
    fn add(&mut self, number: usize, segment: &Segment) {
        self.segments.push(number);
        self.outs.push(segment.out);
        self.intos.push(segment.into);
    }

    fn range(&self) -> (f64, f64) {
        let all = || self.outs.iter().chain(&self.intos).copied();
        (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max))
    }

    /// Returns how often lines cross if this bundle runs above another.
    fn crossings_above(&self, below: &Self) -> usize {
        let (first, last) = self.range();
        let (other_first, other_last) = below.range();
        let crosses = |at: &&f64, from: f64, to: f64| from < **at && **at < to;
        // Overlapping lines are worse than a few crossings.
        let meets = |at: f64, others: &[f64]| others.iter().any(|other| (at - other).abs() < 0.5);
        let lying = self.intos.iter().filter(|into| meets(**into, &below.outs)).count();
        below.outs.iter().filter(|out| crosses(out, first, last)).count()
            + self.intos.iter().filter(|into| crosses(into, other_first, other_last)).count()
            + 4 * lying
    }
}

/// Sorts bundles so that few lines cross. The first runs above the others.
fn sort(bundles: &mut [Bundle]) {
    bundles.sort_by(|one, other| one.range().0.total_cmp(&other.range().0));
    for _ in 0..bundles.len() {
        let mut better = false;
        for at in 1..bundles.len() {
            if let Some([above, below]) = bundles.get_mut(at - 1..=at)
                && below.crossings_above(above) < above.crossings_above(below)
            {
                std::mem::swap(above, below);
                better = true;
            }
        }
        if !better {
            break;
        }
    }
}
