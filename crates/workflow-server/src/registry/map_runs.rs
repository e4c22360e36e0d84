//! Maps map runs to their executions: the ARN of a map run names the state machine, not the execution.

use std::collections::BTreeMap;

use parking_lot::Mutex;

/// The numbers of the executions that started map runs, by the map runs' ARNs.
#[derive(Default)]
pub(crate) struct MapRuns(pub(crate) Mutex<BTreeMap<String, u64>>);

impl MapRuns {
    pub(crate) fn insert(&self, arn: &str, execution: u64) {
        self.0.lock().insert(arn.to_owned(), execution);
    }

    /// Returns the numbers of executions with map runs whose ARNs have this prefix.
    pub(crate) fn beginning(&self, prefix: &str) -> Vec<u64> {
        let held = self.0.lock();
        let from = held.range(prefix.to_owned()..).take_while(|(arn, _)| arn.starts_with(prefix));
        let mut numbers: Vec<u64> = from.map(|(_, number)| *number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}
