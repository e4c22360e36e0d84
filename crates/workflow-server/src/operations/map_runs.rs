//! The operations on map runs.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-examine-map-run.html>

use std::sync::Arc;

use serde_json::{Value, json};
use workflow_local::{Execution, MapRun, MapRunChange, MapRunCounts};

use super::executions::listed;
use crate::api::{ApiError, Code, Input, Paging, arn};
use crate::executions::Run;
use crate::registry::Registry;

/// The maximum of a count in the model.
const MOST: usize = i32::MAX as usize;

fn not_found(arn: &str) -> ApiError {
    ApiError::new(Code::ResourceNotFound, format!("Resource not found: '{arn}'"))
}

/// Returns the end of a page that continues before a number, or that begins at the end.
fn place(before: Option<u64>, end: usize) -> usize {
    before.and_then(|before| usize::try_from(before).ok()).unwrap_or(end)
}

fn found<'e>(execution: &'e Execution, arn: &str) -> Option<&'e MapRun> {
    execution.map_runs().iter().find(|map_run| map_run.arn() == arn)
}

fn counts(counts: MapRunCounts) -> Value {
    json!({
        "pending": counts.pending,
        "running": counts.running,
        "succeeded": counts.succeeded,
        "failed": counts.failed,
        "timedOut": counts.timed_out,
        "aborted": counts.aborted,
        "total": counts.total,
        "resultsWritten": counts.results_written,
        "failuresNotRedrivable": 0,
        "pendingRedrive": 0,
    })
}

impl Registry {
    /// Returns the execution that has a map run.
    fn run_of(&self, map_run_arn: &str) -> Result<Arc<Run>, ApiError> {
        arn::check(map_run_arn, &["mapRun"])?;
        let number = self.map_runs.executions.lock().get(map_run_arn).copied();
        let run = number.map(|number| self.numbered_execution(number)).transpose()?;
        run.flatten().ok_or_else(|| not_found(map_run_arn))
    }

    pub(crate) fn describe_map_run(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.long_arn("mapRunArn");
        members.check()?;
        let run = self.run_of(arn)?;
        let execution = run.execution.lock();
        let map_run = found(&execution, arn).ok_or_else(|| not_found(arn))?;
        let (children, items) = execution.map_run_counts(map_run);
        let mut answer = json!({
            "mapRunArn": map_run.arn(),
            "executionArn": execution.starter(map_run).arn(),
            "status": map_run.status().name(),
            "startDate": map_run.started_at().as_epoch_seconds(),
            // As measured on AWS (2026-08): no limit is the greatest number.
            "maxConcurrency": Some(map_run.max_concurrency()).filter(|most| *most > 0).unwrap_or(MOST),
            "toleratedFailurePercentage": map_run.tolerated_failure_percentage(),
            "toleratedFailureCount": map_run.tolerated_failure_count(),
            "itemCounts": counts(items),
            "executionCounts": counts(children),
            "redriveCount": map_run.redrive_count(),
        });
        for (name, time) in [("stopDate", map_run.stopped_at()), ("redriveDate", map_run.redriven_at())] {
            if let Some(time) = time {
                answer[name] = json!(time.as_epoch_seconds());
            }
        }
        Ok(answer)
    }

    /// Returns the map runs that an execution, or the child of a map run, has started, the latest first.
    pub(crate) fn list_map_runs(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.arn("executionArn");
        let paging = Paging::read(&mut members);
        members.check()?;
        let run = self.found_execution(arn)?.run;
        let execution = run.execution.lock();
        let page = paging.page(arn, |before| {
            let map_runs = execution.map_runs();
            let before = place(before, map_runs.len());
            let started = map_runs.iter().take(before).enumerate().rev();
            let started = started.filter(|(_, map_run)| execution.starter(map_run).arn() == arn);
            started.map(|(number, map_run)| {
                let mut item = json!({
                    "executionArn": arn,
                    "mapRunArn": map_run.arn(),
                    "stateMachineArn": format!("{}/{}", run.machine.arn, map_run.label()),
                    "startDate": map_run.started_at().as_epoch_seconds(),
                });
                if let Some(stopped) = map_run.stopped_at() {
                    item["stopDate"] = json!(stopped.as_epoch_seconds());
                }
                (number as u64, item)
            })
        })?;
        Ok(page.into_answer("mapRuns"))
    }

    /// Changes a running map run and its running children.
    pub(crate) fn update_map_run(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.long_arn("mapRunArn");
        #[expect(clippy::cast_precision_loss, reason = "a count of the model is below 2^31")]
        let change = MapRunChange {
            max_concurrency: members.number("maxConcurrency", MOST),
            tolerated_failure_count: members.number("toleratedFailureCount", MOST).map(|count| count as f64),
            tolerated_failure_percentage: members.percentage("toleratedFailurePercentage"),
        };
        members.check()?;
        let run = self.run_of(arn)?;
        if change == MapRunChange::default() {
            let message = "At least one of maxConcurrency, toleratedFailureCount and toleratedFailurePercentage must be specified";
            return Err(ApiError::new(Code::Validation, message).because("MISSING_REQUIRED_PARAMETER"));
        }
        match run.tell(|execution| execution.change_map_run(arn, change)) {
            true => Ok(json!({})),
            false => {
                let message = format!("Map Run has completed and cannot be updated: '{arn}'");
                Err(ApiError::new(Code::Validation, message).because("CANNOT_UPDATE_COMPLETED_MAP_RUN"))
            }
        }
    }

    /// Returns the children of a map run that were started, the latest first.
    pub(super) fn list_of_map_run(
        &self,
        arn: &str,
        status: Option<&str>,
        redriven: Option<bool>,
        paging: &Paging<'_>,
    ) -> Result<Value, ApiError> {
        let run = self.run_of(arn)?;
        let execution = run.execution.lock();
        let map_run = found(&execution, arn).ok_or_else(|| not_found(arn))?;
        let list = format!("{}:{redriven:?}:{arn}", status.unwrap_or_default());
        let page = paging.page(&list, |before| {
            let children = execution.children(map_run, place(before, usize::MAX)).rev().filter(move |(_, view)| {
                status.is_none_or(|status| view.status().name() == status)
                    && redriven.is_none_or(|redriven| (view.redrive_count() > 0) == redriven)
            });
            children.map(|(number, view)| (number as u64, listed(&run, view)))
        })?;
        Ok(page.into_answer("executions"))
    }
}
