//! Maps map runs to their executions: the ARN of a map run names the state machine, not the execution.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::executions::Run;

/// The started map runs, by ARN.
#[derive(Default)]
pub(crate) struct MapRuns(Mutex<BTreeMap<String, Weak<Run>>>);

impl MapRuns {
    pub(crate) fn insert(&self, arn: &str, run: &Arc<Run>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(arn.to_owned(), Arc::downgrade(run));
    }

    pub(crate) fn remove(&self, arn: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(arn);
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Returns the execution of a map run.
    pub(crate) fn get(&self, arn: &str) -> Option<Arc<Run>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(arn)?.upgrade()
    }

    /// Returns the executions with map runs whose ARNs have this prefix, possibly with duplicates.
    pub(crate) fn beginning(&self, prefix: &str) -> Vec<Arc<Run>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let from = held.range(prefix.to_owned()..).take_while(|(arn, _)| arn.starts_with(prefix));
        from.filter_map(|(_, run)| run.upgrade()).collect()
    }
}
