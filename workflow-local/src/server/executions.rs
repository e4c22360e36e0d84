//! The operations on executions.

use std::sync::Arc;

use indexmap::map::Entry;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use workflow_asl::document::MachineType;
use workflow_asl::limits::{CAUSE_CHARS, ERROR_CHARS, PAYLOAD_BYTES};

use super::answer::Answer;
use super::definition::what_is_not_json;
use super::driver::Run;
use super::error::ApiError;
use super::input::Input;
use super::machines::{Machine, with_token};
use super::registry::{Held, Registry};
use super::{arn, page};
use crate::clock::Instant;
use crate::execution::{Execution, Start, Status};
use crate::handlers::{Handlers, Wrap};
use crate::payload::Payload;

impl Registry {
    pub(super) fn start_execution(&self, input: &Input) -> Result<Value, ApiError> {
        let asked = self.asked(input)?;
        let mut held = self.held();
        let Held { machines, executions } = &mut *held;
        let machine = asked.machine(machines)?;
        let arn = match machine.kind {
            MachineType::Standard => arn::execution(&machine.name, &asked.name),
            MachineType::Express => arn::express(&machine.name, &asked.name, &asked.id),
        };
        let (run, is_new) = match executions.entry(arn.clone()) {
            Entry::Vacant(place) => (Arc::clone(place.insert(self.run(asked, machine, arn)?)), true),
            // The same name and input while it runs are the same execution:
            // https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
            Entry::Occupied(place) => {
                let run = place.get();
                if run.status() != Status::Running || run.input.get() != asked.text.get() {
                    let message = format!("Execution Already Exists: '{arn}'");
                    return Err(ApiError::new("ExecutionAlreadyExists", message));
                }
                (Arc::clone(run), false)
            }
        };
        drop(held);
        let started = run.execution().started_at();
        if is_new {
            self.drive(Arc::clone(&run));
        }
        Ok(json!({"executionArn": run.arn, "startDate": started.as_epoch_seconds()}))
    }

    pub(super) async fn start_sync_execution(&self, input: &Input) -> Result<Vec<u8>, ApiError> {
        let asked = self.asked(input)?;
        let run = {
            let held = self.held();
            let machine = asked.machine(&held.machines)?;
            if machine.kind != MachineType::Express {
                return Err(ApiError::type_not_supported());
            }
            let arn = arn::express(&machine.name, &asked.name, &asked.id);
            self.run(asked, machine, arn)?
        };
        self.drive(Arc::clone(&run));
        run.ended().await;
        let execution = run.execution();
        let stopped = execution.stopped_at().unwrap_or(execution.now());
        let milliseconds = u64::try_from(execution.started_at().until(stopped).as_millis()).unwrap_or(u64::MAX);
        // Billed in steps of 100 milliseconds, and of 64 MB: https://aws.amazon.com/step-functions/pricing/
        let billing = json!({
            "billedMemoryUsedInMB": 64,
            "billedDurationInMilliseconds": milliseconds.div_ceil(100).saturating_mul(100).max(100),
        });
        described(&run, &execution, &[("billingDetails", billing)])
    }

    pub(super) fn describe_execution(&self, input: &Input) -> Result<Vec<u8>, ApiError> {
        let run = self.named_execution(input)?;
        let execution = run.execution();
        let reason = match execution.status() {
            Status::Running => "Execution is RUNNING and cannot be redriven",
            Status::Succeeded => "Execution is SUCCEEDED and cannot be redriven",
            _ => "This server does not redrive executions.",
        };
        let redrive = [
            ("redriveCount", json!(0)),
            ("redriveStatus", json!("NOT_REDRIVABLE")),
            ("redriveStatusReason", json!(reason)),
        ];
        described(&run, &execution, &redrive)
    }

    pub(super) fn list_executions(&self, input: &Input) -> Result<Value, ApiError> {
        let machine_arn = arn::check(input.required("stateMachineArn")?, "stateMachine")?;
        let words = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"];
        let status = input.word("statusFilter", &words)?;
        let held = self.held();
        let machine = held.machines.get(machine_arn).ok_or_else(|| ApiError::machine_does_not_exist(machine_arn))?;
        if machine.kind == MachineType::Express {
            return Err(ApiError::type_not_supported());
        }
        let runs = held.executions.values().rev().filter(|run| run.machine_arn == machine_arn);
        let executions = runs.filter_map(|run| {
            let execution = run.execution();
            let is_asked = status.is_none_or(|status| status == execution.status().name());
            is_asked.then(|| {
                let mut item = json!({
                    "executionArn": run.arn,
                    "stateMachineArn": run.machine_arn,
                    "name": run.name,
                    "status": execution.status().name(),
                    "startDate": execution.started_at().as_epoch_seconds(),
                    "redriveCount": 0,
                });
                if let Some(stopped) = execution.stopped_at() {
                    item["stopDate"] = json!(stopped.as_epoch_seconds());
                }
                item
            })
        });
        let page = page::page(input, machine_arn, executions)?;
        Ok(with_token(json!({"executions": page.items}), page.next_token))
    }

    pub(super) fn stop_execution(&self, input: &Input) -> Result<Value, ApiError> {
        let (error, cause) = (input.sensitive("error", ERROR_CHARS)?, input.sensitive("cause", CAUSE_CHARS)?);
        let run = self.named_execution(input)?;
        run.stop(error, cause);
        let execution = run.execution();
        Ok(json!({"stopDate": execution.stopped_at().unwrap_or(execution.now()).as_epoch_seconds()}))
    }

    pub(super) fn get_execution_history(&self, input: &Input) -> Result<Value, ApiError> {
        let with_data = input.boolean("includeExecutionData")?.unwrap_or(true);
        let reverse = input.boolean("reverseOrder")?.unwrap_or(false);
        let run = self.named_execution(input)?;
        let execution = run.execution();
        let history = execution.history();
        let list = format!("{reverse}:{}", run.arn);
        let page = match reverse {
            false => page::page(input, &list, history.iter())?,
            true => page::page(input, &list, history.iter().rev())?,
        };
        let mut events: Vec<_> = page.items.into_iter().map(|event| event.to_api_json()).collect();
        if !with_data {
            let details = events.iter_mut().filter_map(Value::as_object_mut).flat_map(|event| event.values_mut());
            for details in details.filter_map(Value::as_object_mut) {
                for member in ["input", "output", "inputDetails", "outputDetails"] {
                    details.shift_remove(member);
                }
            }
        }
        Ok(with_token(json!({"events": events}), page.next_token))
    }

    fn named_execution(&self, input: &Input) -> Result<Arc<Run>, ApiError> {
        let arn = arn::check(input.required("executionArn")?, "execution")?;
        self.held().executions.get(arn).cloned().ok_or_else(|| ApiError::execution_does_not_exist(arn))
    }

    fn asked<'a>(&self, input: &'a Input) -> Result<Asked<'a>, ApiError> {
        let machine_arn = arn::check(input.required("stateMachineArn")?, "stateMachine")?;
        let (machine_arn, case) = match machine_arn.split_once('#') {
            Some((machine_arn, case)) if self.mocks.is_some() => (machine_arn, Some(case)),
            _ => (machine_arn, None),
        };
        let id = self.id();
        let name = match input.text("name")? {
            Some(name) => arn::check_name(name)?.to_owned(),
            None => id.clone(),
        };
        let text = input.sensitive("input", PAYLOAD_BYTES)?.unwrap_or("{}");
        let refuse = |why: &str| {
            ApiError::new("InvalidExecutionInput", format!("Invalid State Machine Execution Input: '{why}'"))
        };
        if text.trim().is_empty() {
            return Err(refuse("Invalid execution input."));
        }
        let value = serde_json::from_str(text).map_err(|error| refuse(&what_is_not_json(text, &error)))?;
        let text = to_raw_value(text).map_err(|error| refuse(&error.to_string()))?;
        Ok(Asked { machine_arn, case, name, id, text, value })
    }

    fn run(&self, asked: Asked<'_>, machine: &Machine, execution_arn: String) -> Result<Arc<Run>, ApiError> {
        let handlers = self.handlers_of(asked.case, machine)?;
        let start = Start {
            state_machine_arn: machine.arn.clone(),
            execution_arn,
            name: asked.name,
            state_machine_name: machine.name.clone(),
            role_arn: machine.role_arn.clone(),
            machine_type: machine.kind,
            time: Instant::now(),
            seed: self.next_seed(),
        };
        let input = Payload::new(asked.value);
        let execution = Execution::start(Arc::clone(&machine.program), input, start, Arc::clone(&self.store));
        Ok(Arc::new(Run::new(execution, handlers, self.clock, machine.arn.clone(), asked.text)))
    }

    /// The server's handlers, with those of a case of the mock file before them.
    fn handlers_of(&self, case: Option<&str>, machine: &Machine) -> Result<Arc<Handlers>, ApiError> {
        let (Some(file), Some(case)) = (&self.mocks, case) else { return Ok(Arc::clone(&self.handlers)) };
        let answers = file.answers(&machine.name, case, &machine.program);
        let mut handlers = Handlers::clone(&self.handlers);
        for (state, answers) in answers.map_err(|error| ApiError::new("ValidationException", error.to_string()))? {
            handlers.add_state(&state, answers.handler(Wrap::Resource));
        }
        Ok(Arc::new(handlers))
    }
}

/// An execution that a request asks for.
struct Asked<'a> {
    machine_arn: &'a str,
    /// Of the mock file.
    case: Option<&'a str>,
    name: String,
    id: String,
    /// Of the input: the text as JSON, and the value.
    text: Box<RawValue>,
    value: Value,
}

impl Asked<'_> {
    fn machine<'m>(&self, machines: &'m indexmap::IndexMap<String, Machine>) -> Result<&'m Machine, ApiError> {
        machines.get(self.machine_arn).ok_or_else(|| ApiError::machine_does_not_exist(self.machine_arn))
    }
}

/// What is said of one execution, and more. It is written at once, since payloads may be large and clients ask often.
fn described(run: &Run, execution: &Execution, more: &[(&str, Value)]) -> Result<Vec<u8>, ApiError> {
    // Nothing of this can fail to be written.
    write_described(run, execution, more).map_err(|error| ApiError::new("SerializationException", error.to_string()))
}

fn write_described(run: &Run, execution: &Execution, more: &[(&str, Value)]) -> serde_json::Result<Vec<u8>> {
    let included = json!({"included": true});
    let bytes = 1024 + run.input.get().len() + execution.output().map_or(0, Payload::bytes);
    let mut answer = Answer::with_capacity(bytes);
    answer.member("executionArn", &run.arn)?;
    answer.member("stateMachineArn", &run.machine_arn)?;
    answer.member("name", &run.name)?;
    answer.member("status", execution.status().name())?;
    answer.member("startDate", &execution.started_at().as_epoch_seconds())?;
    if let Some(stopped) = execution.stopped_at() {
        answer.member("stopDate", &stopped.as_epoch_seconds())?;
    }
    answer.member("input", &run.input)?;
    answer.member("inputDetails", &included)?;
    if let Some(output) = execution.output() {
        answer.payload("output", output)?;
        answer.member("outputDetails", &included)?;
    }
    if let Some(error) = execution.error() {
        answer.member("error", error)?;
    }
    if let Some(cause) = execution.cause() {
        answer.member("cause", cause)?;
    }
    for (name, value) in more {
        answer.member(name, value)?;
    }
    Ok(answer.into_bytes())
}
