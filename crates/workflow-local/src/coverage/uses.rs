//! Coverage by use of a fragment: `Told` stands for the states `Told / Ask`, `Told / Send` …

use std::collections::BTreeMap;

use workflow_asl::graph::GROUP_SEPARATOR;

use super::point::{Point, PointKind};
use super::report::{Covered, Share};

/// A use of a fragment and its coverage: the states whose names begin with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UseCoverage {
    /// Its name: `Told`, or `Told / Sent` for a use inside it.
    pub name: String,
    /// The number of its states that were entered, and of all.
    pub states: Share,
    /// The number of its points that were taken, and of all.
    pub points: Share,
}

impl Covered {
    /// Returns the uses of fragments, in the order of their names. A name that only one state has is not one.
    pub fn uses(&self) -> Vec<UseCoverage> {
        let mut uses: BTreeMap<&str, Vec<&Point>> = BTreeMap::new();
        for point in &self.points {
            for (end, _) in point.state.match_indices(GROUP_SEPARATOR) {
                uses.entry(point.state.get(..end).unwrap_or_default()).or_default().push(point);
            }
        }
        // The state that computes the arguments of a use has its name.
        for point in &self.points {
            uses.get_mut(point.state.as_str()).into_iter().for_each(|points| points.push(point));
        }
        let covered = uses.into_iter().map(|(name, points)| UseCoverage {
            name: name.to_owned(),
            states: Share::of(points.iter().copied().filter(|point| point.kind == PointKind::State)),
            points: Share::of(points.into_iter()),
        });
        covered.filter(|used| used.states.all > 1).collect()
    }
}
