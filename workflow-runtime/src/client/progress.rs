//! The progress of an execution while you wait for it.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_sfn::operation::describe_map_run::DescribeMapRunOutput;

use super::{Error, Execution};
use crate::{Arn, Workflow};

/// The progress of an execution, from its history and its map runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How long the client has waited.
    pub waited: Duration,
    /// The number of events in the history.
    pub events: u64,
    /// The number of states entered.
    pub entered: u64,
    /// The state entered last.
    pub state: Option<String>,
    /// The number of retried tasks.
    pub retries: u64,
    /// The map runs, in the order in which they started.
    pub map_runs: Vec<MapRunProgress>,
}

/// The progress of a map run, reported while waiting for its execution.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MapRunProgress {
    /// The map run.
    pub map_run: Arn,
    /// The number of items.
    pub total: u64,
    /// The number of items that succeeded.
    pub succeeded: u64,
    /// The number of items that failed, timed out or were aborted.
    pub failed: u64,
}

impl MapRunProgress {
    fn of(answer: &DescribeMapRunOutput) -> Self {
        let count = |count: i64| u64::try_from(count).unwrap_or_default();
        let items = answer.item_counts();
        let sum = |count_of: fn(&aws_sdk_sfn::types::MapRunItemCounts) -> i64| {
            items.map_or(0, |items| count(count_of(items)))
        };
        Self {
            map_run: Arn::from(answer.map_run_arn()),
            total: sum(|items| items.total),
            succeeded: sum(|items| items.succeeded),
            failed: sum(|items| items.failed + items.timed_out + items.aborted),
        }
    }
}

/// The part of an execution's history that has been read.
#[derive(Default)]
pub(super) struct Watch {
    progress: Progress,
    last: i64,
    /// The events that report a failed task.
    failures: BTreeSet<i64>,
}

impl Watch {
    /// Reads new events. Anything that cannot be read now is read the next time.
    pub(super) async fn look<W: Workflow>(
        &mut self,
        execution: &Execution<W>,
        waited: Duration,
    ) -> Result<&Progress, Error> {
        let mut history = execution.history().newest_first().without_data();
        let mut events = Vec::new();
        while let Some(event) = history.next().await? {
            if event.id() <= self.last {
                break;
            }
            events.push(event);
        }
        for event in events.iter().rev() {
            let kind = event.kind();
            if kind.ends_with("StateEntered") {
                self.progress.entered += 1;
                self.progress.state = event.state_name().map(str::to_owned);
            }
            let is_task = ["Task", "LambdaFunction", "Activity"].iter().any(|family| kind.starts_with(family));
            if is_task && (kind.ends_with("Failed") || kind.ends_with("TimedOut")) {
                self.failures.insert(event.id());
            }
            if is_task && kind.ends_with("Scheduled") && self.failures.remove(&event.previous_id()) {
                self.progress.retries += 1;
            }
            if let Some(arn) = event.sdk().map_run_started_event_details().and_then(|details| details.map_run_arn()) {
                let map_run = MapRunProgress { map_run: Arn::from(arn), total: 0, succeeded: 0, failed: 0 };
                self.progress.map_runs.push(map_run);
            }
            self.last = event.id();
        }
        for seen in &mut self.progress.map_runs {
            let map_run = execution.map_run(seen.map_run.clone());
            *seen = MapRunProgress::of(&map_run.describe().await?);
        }
        self.progress.events = u64::try_from(self.last).unwrap_or_default();
        self.progress.waited = waited;
        Ok(&self.progress)
    }
}
