//! Counts what an execution takes, for coverage.

use super::Execution;
use crate::program::{StateId, Way};

impl Execution {
    /// Counts a way of a state, where coverage is wanted.
    pub(super) fn took(&mut self, state: StateId, way: Way) {
        if self.taken.is_empty() {
            return;
        }
        let number = self.program.state(state).way(way);
        if let Some(count) = self.taken.get_mut(number) {
            *count += 1;
        }
    }

    /// Writes what was counted, once.
    pub(super) fn record_taken(&mut self) {
        let Some(watch) = self.program.watch() else { return };
        let taken = std::mem::take(&mut self.taken);
        if !taken.is_empty() {
            watch.record(&taken);
        }
    }
}

impl Drop for Execution {
    /// An execution that nobody ran to its end has taken something too.
    fn drop(&mut self) {
        self.record_taken();
    }
}
