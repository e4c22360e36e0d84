//! The operation that redrives an execution, and the redrive part of descriptions.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html>

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use workflow_asl::document::MachineType;
use workflow_local::{Execution, Instant, NotRedrivable, Status, View};

use crate::api::{ApiError, Code, Input};
use crate::registry::Registry;

/// How long after its end an execution can be redriven.
const PERIOD: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// The maximum length of a client token.
const TOKEN_CHARS: usize = 64;

/// Returns why an execution cannot be redriven, with the service's message.
fn refusal(execution: &Execution, is_deleted: bool, now: Instant) -> Option<String> {
    match execution.redrivable() {
        Err(NotRedrivable::Status(status)) => Some(format!("Execution is {status} and cannot be redriven")),
        Err(NotRedrivable::HistoryFull) => Some("Execution history event limit exceeded.".to_owned()),
        Err(_) => Some("Execution was started before the launch of RedriveExecution.".to_owned()),
        Ok(()) if is_deleted => Some("State machine is in DELETING status.".to_owned()),
        Ok(()) => {
            let closed = execution.stopped_at().unwrap_or(now);
            (closed.until(now) > PERIOD).then(|| "Execution redrivable period exceeded.".to_owned())
        }
    }
}

/// Returns whether an execution can be redriven, in the form of events, and why not.
pub(crate) fn redrive_status(execution: &Execution) -> (&'static str, Option<String>) {
    match refusal(execution, false, execution.now()) {
        None => ("REDRIVABLE", None),
        Some(why) => ("NOT_REDRIVABLE", Some(why)),
    }
}

/// Returns the redrive part of a description.
pub(super) fn described(
    execution: &Execution,
    view: View<'_>,
    is_deleted: bool,
    now: Instant,
) -> Vec<(&'static str, Value)> {
    let mut members = vec![("redriveCount", json!(view.redrive_count()))];
    if let Some(time) = view.redriven_at() {
        members.push(("redriveDate", json!(time.as_epoch_seconds())));
    }
    let refusal = match view.map_run() {
        None => refusal(execution, is_deleted, now),
        Some(map_run) => match (view.status(), map_run.child_type()) {
            (Status::Succeeded, _) | (Status::Running, MachineType::Standard) => {
                Some(format!("Execution is {} and cannot be redriven", view.status()))
            }
            _ => {
                members.push(("redriveStatus", json!("REDRIVABLE_BY_MAP_RUN")));
                return members;
            }
        },
    };
    members.push(("redriveStatus", json!(if refusal.is_some() { "NOT_REDRIVABLE" } else { "REDRIVABLE" })));
    members.extend(refusal.map(|why| ("redriveStatusReason", json!(why))));
    members
}

impl Registry {
    pub(crate) fn redrive_execution(self: &Arc<Self>, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.arn("executionArn");
        let token = members.bounded("clientToken", 1, TOKEN_CHARS);
        if let Some(token) = token {
            let is_printable = token.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
            members.check_pattern("clientToken", token, r"[!-~]+", is_printable);
        }
        members.check()?;
        let found = self.found_execution(arn)?;
        let run = Arc::clone(&found.run);
        if found.is_child() {
            let message = "Child executions of a Map Run are redriven with the execution that started the Map Run";
            return Err(ApiError::new(Code::ExecutionNotRedrivable, message));
        }
        let is_deleted = self.is_deleted(&run.machine.arn);
        let now = self.clock.now();
        if let Some(time) = token.and_then(|token| run.redriven_with(token, now)) {
            return Ok(json!({"redriveDate": time.as_epoch_seconds()}));
        }
        if let Some(why) = refusal(&run.execution.lock(), is_deleted, now) {
            return Err(ApiError::new(Code::ExecutionNotRedrivable, why));
        }
        self.check_open(false)?;
        let run = self.redrivable(run)?;
        let redriven = run.tell(|execution| {
            if let Some(why) = refusal(execution, is_deleted, now) {
                return Err(why);
            }
            execution.redrive().map_err(|_| "Execution cannot be redriven".to_owned())?;
            Ok(execution.view().redriven_at().unwrap_or(now))
        });
        match redriven {
            Ok(time) => {
                if let Some(token) = token {
                    run.remember_redrive(token, time);
                }
                // Its end may have been written, and its entry released, in between.
                self.held.lock().executions.insert(&run);
                self.tell_status(&run);
                self.drive(run);
                Ok(json!({"redriveDate": time.as_epoch_seconds()}))
            }
            Err(why) => Err(ApiError::new(Code::ExecutionNotRedrivable, why)),
        }
    }
}
