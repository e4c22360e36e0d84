//! The ways that coverage counts, by number: entering a state, exiting it, its rules, retriers and catchers.

use workflow_asl::Pointer;
use workflow_asl::graph::EdgeKind;

use super::{Program, StateProgram, Work};

/// A way in a state.
#[derive(Clone, Copy, Debug)]
pub(crate) enum CoverageEvent {
    Entered,
    /// `Next` or `End`.
    Left,
    Rule(usize),
    Default,
    Retrier(usize),
    Catcher(usize),
}

impl StateProgram {
    /// Returns the number of a way, which is unique in the program.
    pub(crate) fn way(&self, way: CoverageEvent) -> usize {
        let after_work = 1 + self.ways_of_work();
        self.first_way
            + match way {
                CoverageEvent::Entered => 0,
                CoverageEvent::Left => 1,
                CoverageEvent::Rule(rule) => 1 + rule,
                // The last of the choice's ways.
                CoverageEvent::Default => after_work - 1,
                CoverageEvent::Retrier(retrier) => after_work + retrier,
                CoverageEvent::Catcher(catcher) => after_work + self.retry.len() + catcher,
            }
    }

    pub(super) fn count_ways(&self) -> usize {
        1 + self.ways_of_work() + self.retry.len() + self.catch.len()
    }

    fn ways_of_work(&self) -> usize {
        match &self.work {
            Work::Choice { rules, default } => rules.len() + usize::from(default.is_some()),
            Work::Succeed | Work::Fail { .. } => 0,
            _ => 1,
        }
    }

    /// Returns the pointer of each way, in the order of their numbers.
    fn way_pointers(&self) -> impl Iterator<Item = Pointer> {
        let at = &self.at;
        let mut ways = vec![at.clone()];
        match &self.work {
            Work::Choice { rules, default } => {
                ways.extend((0..rules.len()).map(|rule| EdgeKind::Choice(rule).pointer(at)));
                ways.extend(default.map(|_| EdgeKind::Default.pointer(at)));
            }
            Work::Succeed | Work::Fail { .. } => {}
            _ => ways.push(if self.next.is_some() { EdgeKind::Next.pointer(at) } else { at.child("End") }),
        }
        ways.extend((0..self.retry.len()).map(|retrier| at.child("Retry").index(retrier)));
        ways.extend((0..self.catch.len()).map(|catcher| EdgeKind::Catch(catcher).pointer(at)));
        ways.into_iter()
    }
}

impl Program {
    /// Returns how many ways there are.
    pub(crate) fn way_count(&self) -> usize {
        self.states.iter().map(StateProgram::count_ways).sum()
    }

    /// Returns the pointers of all ways in the document, by number.
    pub(crate) fn way_pointers(&self) -> Vec<Pointer> {
        self.states.iter().flat_map(StateProgram::way_pointers).collect()
    }
}
