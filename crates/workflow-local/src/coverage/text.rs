//! The report as text.

use std::collections::BTreeSet;
use std::fmt;

use workflow_asl::graph::GROUP_SEPARATOR;
use workflow_asl::printable::printable;

use super::point::{Point, PointKind};
use super::report::{Covered, Report, Share};

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never rounded up: 100 % means that everything was taken.
        let percent = (self.percent() * 10.0).floor() / 10.0;
        write!(f, "{} of {} ({percent:.1} %)", self.taken, self.all)
    }
}

impl fmt::Display for Covered {
    /// Returns the shares by kind, then the items that were not taken, by state.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.executions == 1 { "" } else { "s" };
        writeln!(f, "{}: {}, {} execution{plural}", printable(&self.title()), self.share(), self.executions)?;
        for kind in PointKind::ALL {
            let share = self.share_of(kind);
            if share.all > 0 {
                writeln!(f, "  {:<12} {} of {}", format!("{}s", kind.name()), share.taken, share.all)?;
            }
        }
        let uses = self.uses();
        if !uses.is_empty() {
            let entered = uses.iter().filter(|used| used.states.taken > 0).count();
            writeln!(f, "  {:<12} {entered} of {}", "uses", uses.len())?;
        }
        if let Some(explored) = self.explored_share() {
            writeln!(f, "  {:<12} {} of {}", "explored", explored.taken, explored.all)?;
        }
        if self.executions == 0 {
            return writeln!(f, "  never run");
        }
        let mut untaken = self.untaken().peekable();
        if untaken.peek().is_some() {
            writeln!(f, "  not taken{}:", if self.explored_share().is_some() { " by a test" } else { "" })?;
        }
        // For a use that was not entered its states are omitted, and for a state its points.
        let unused: Vec<_> = uses.iter().filter(|used| used.states.taken == 0).collect();
        let (mut not_entered, mut not_used) = (None, BTreeSet::new());
        for point in untaken {
            if let Some(used) = unused.iter().find(|used| is_of(point, &used.name)) {
                if not_used.insert(&used.name) {
                    let entered = self.points.iter().find(|point| point.explored && is_of(point, &used.name));
                    let explored = entered.map(explored).unwrap_or_default();
                    writeln!(f, "    {}: {} states{explored}", printable(&used.name), used.states.all)?;
                }
            } else if point.kind == PointKind::State {
                not_entered = Some(&point.pointer);
                writeln!(f, "    {}{}", printable(&point.state), explored(point))?;
            } else if !not_entered.is_some_and(|state| is_within(point.pointer.as_str(), state.as_str())) {
                writeln!(f, "    {}, {}{}", printable(&point.state), printable(&point.what), explored(point))?;
            }
        }
        Ok(())
    }
}

fn explored(point: &Point) -> &'static str {
    if point.explored { " (explored)" } else { "" }
}

/// Returns whether a point belongs to a use of a fragment.
fn is_of(point: &Point, name: &str) -> bool {
    point.state.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(GROUP_SEPARATOR))
}

fn is_within(pointer: &str, state: &str) -> bool {
    pointer.strip_prefix(state).is_some_and(|rest| rest.starts_with('/'))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Those with the most gaps come first.
        let mut workflows: Vec<_> = self.workflows.iter().collect();
        workflows.sort_by(|one, other| one.share().percent().total_cmp(&other.share().percent()));
        workflows.iter().try_for_each(|covered| writeln!(f, "{covered}"))?;
        write!(f, "total: {}", self.share())
    }
}
