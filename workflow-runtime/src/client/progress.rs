//! How an execution comes along while it is waited for.

use std::collections::BTreeSet;
use std::time::Duration;

use super::map_run::{MapRun, MapRunProgress};
use super::{Error, Execution};
use crate::{Arn, Workflow};

/// How an execution has come along, as its history and its map runs say it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How long it has been waited for.
    pub waited: Duration,
    /// How many events its history has.
    pub events: u64,
    /// How many states it has entered.
    pub entered: u64,
    /// The state that it entered last.
    pub state: Option<String>,
    /// How many tasks it has tried again.
    pub retries: u64,
    /// Its map runs, in the order in which they started.
    pub map_runs: Vec<MapRunProgress>,
}

/// What has been read of an execution's history.
#[derive(Default)]
pub(super) struct Watch {
    progress: Progress,
    last: i64,
    /// Events that say that a task failed.
    failures: BTreeSet<i64>,
}

impl Watch {
    /// Reads on. What it cannot read now it reads the next time.
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
            let kind = event.kind().as_str();
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
            let map_run = MapRun::new(execution.connection().clone(), seen.map_run.clone());
            *seen = MapRunProgress::of(&map_run.describe().await?);
        }
        self.progress.events = u64::try_from(self.last).unwrap_or_default();
        self.progress.waited = waited;
        Ok(&self.progress)
    }
}
