//! Counts the coverage points that an execution takes.

use super::Execution;
use crate::program::{CoverageEvent, StateId};

impl Execution {
    /// Counts a way of a state if coverage is enabled.
    pub(super) fn took(&mut self, state: StateId, way: CoverageEvent) {
        if self.taken.is_empty() {
            return;
        }
        let number = self.program.state(state).way(way);
        if let Some(count) = self.taken.get_mut(number) {
            *count += 1;
        }
    }

    /// Writes the counts, once.
    pub(super) fn record_taken(&mut self) {
        let Some(watch) = self.program.watch() else { return };
        let taken = std::mem::take(&mut self.taken);
        if !taken.is_empty() {
            watch.record(&taken);
        }
    }
}

impl Drop for Execution {
    /// Counts also for an execution that was not run to its end.
    fn drop(&mut self) {
        self.record_taken();
    }
}
