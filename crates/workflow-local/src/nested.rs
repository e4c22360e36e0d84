//! A task that starts another state machine: the child runs ahead on its own clock, and its results reach the parent at
//! the child's times.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html>

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value, json};
use workflow_asl::document::MachineType;
use workflow_asl::error_name::TASK_FAILED;
use workflow_services::{Arn, Pattern};

use crate::arn;
use crate::clock::{Clock, Instant};
use crate::engine::Engine;
use crate::error::RunError;
use crate::execution::explored::InternalExecution as _;
use crate::execution::{Execution, Start, Status};
use crate::handlers::{Handler, Reply};
use crate::json_text;
use crate::program::resource::{START_SYNCHRONOUS, is_synchronous};
use crate::random::Random;
use crate::schedule::TaskEvent;
use crate::task::{TaskError, TaskRequest};

/// A started child.
pub struct Nested {
    /// The response of `StartExecution`.
    pub(crate) started: Value,
    /// Runs the child, and returns the events for the task with their times.
    pub(crate) run: NestedRun,
}

impl fmt::Debug for Nested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nested").field("started", &self.started).finish_non_exhaustive()
    }
}

pub(crate) type NestedRun = Pin<Box<dyn Future<Output = Result<Vec<Timed>, RunError>> + Send>>;
pub(crate) type Timed = (Instant, TaskEvent);

/// Takes the state that started an execution, and the execution.
pub(crate) type ChildEnded = dyn Fn(&str, &Execution) + Send + Sync;

/// Creates a handler for tasks that start a state machine.
pub(crate) fn handler(machine: impl Fn() -> Engine + Send + Sync + 'static) -> Handler {
    Handler::new(move |request, _| match start(machine(), request) {
        Ok(nested) => Reply::Nested(Box::new(nested)),
        Err(error) => Reply::Now(Err(error)),
    })
}

fn start(machine: Engine, request: &TaskRequest) -> Result<Nested, TaskError> {
    let (text, input) = input(request)?;
    let child = machine.clock(Clock::Virtual);
    let mut identity = child.default_identity();
    if is_synchronous(&request.resource) && identity.machine_type != MachineType::Express {
        let cause = "This operation is not supported by this type of state machine";
        return Err(TaskError::new("Sfn.StateMachineTypeNotSupportedException").with_cause(cause));
    }
    let name = request.input.get("Name").and_then(Value::as_str);
    identity.name = name.map_or_else(|| format!("execution-{}", request.number), str::to_owned);
    let asked = machine_arn(request).unwrap_or_default();
    // If this is not an ARN but, for example, a placeholder, the child has its engine's name.
    let (machine_arn, qualifier) = parts(asked).unwrap_or_else(|| (identity.state_machine_arn.clone(), None));
    // Each child has its own random numbers.
    identity.seed = identity.seed.wrapping_add(request.number);
    let id = || Random::new(!identity.seed).uuid();
    identity.execution_arn = arn::execution(&machine_arn, identity.machine_type, &identity.name, id);
    if let Some((_, name)) = machine_arn.split_once(":stateMachine:") {
        name.clone_into(&mut identity.state_machine_name);
    }
    identity.state_machine_arn = machine_arn;
    identity.time = request.scheduled_at;
    let started =
        json!({ "ExecutionArn": identity.execution_arn, "StartDate": request.scheduled_at.as_epoch_seconds() });
    let waits = Waits::of(request, started.clone());
    let error = {
        let (state, machine) = (request.state.to_string(), asked.to_owned());
        move |error| RunError::StateMachine { state, machine, error: Box::new(error) }
    };
    let qualified = qualifier.map(|_| asked.to_owned());
    let ended = child.ended.clone().map(|ended| {
        let state = Arc::clone(&request.state);
        move |execution: &Execution| ended(&state, execution)
    });
    let run = async move {
        let run = run(child, identity, text, input, qualified, waits, |execution| {
            ended.iter().for_each(|ended| ended(execution));
        });
        run.await.map_err(error)
    };
    Ok(Nested { started, run: Box::pin(run) })
}

async fn run(
    mut child: Engine,
    identity: Start,
    text: String,
    input: Value,
    qualified: Option<String>,
    waits: Waits,
    ended: impl Fn(&Execution),
) -> Result<Vec<Timed>, RunError> {
    let time = identity.time;
    let sent = Arc::new(Mutex::new(Vec::new()));
    if let Waits::Callback { prefix, token } = &waits {
        for action in ["sendTaskSuccess", "sendTaskFailure", "sendTaskHeartbeat"] {
            child.on_unanswered(&format!("{prefix}:states:::aws-sdk:sfn:{action}"), sender(action, token, &sent));
        }
    }
    let mut execution = child.start_named(&input, identity)?;
    if child.ended.is_some() {
        execution.keep_failed_children();
    }
    let ended = match child.drive(execution).await {
        Ok(execution) => {
            ended(&execution);
            Some(execution)
        }
        // On AWS it runs until it is stopped, so it never ends for the waiting task.
        Err(RunError::Stuck { .. }) => None,
        Err(error) => return Err(error),
    };
    Ok(match waits {
        Waits::Start(started) => vec![(time, TaskEvent::Answer(Ok(started)))],
        Waits::Callback { .. } => std::mem::take(&mut *sent.lock().unwrap_or_else(PoisonError::into_inner)),
        Waits::Synchronous => ended
            .map(|execution| (execution.now(), TaskEvent::Answer(Ok(synchronous_output(&execution, &text)))))
            .into_iter()
            .collect(),
        Waits::Job { as_text } => ended
            .map(|execution| {
                let is_version = qualified.as_deref().is_some_and(names_version);
                let (version, alias) = match is_version {
                    true => (qualified.as_deref(), None),
                    false => (None, qualified.as_deref()),
                };
                let described = job_output(&execution, (version, alias), &text, as_text);
                let answer = match execution.status() {
                    Status::Succeeded => Ok(Value::Object(described)),
                    _ => Err(TaskError::new(TASK_FAILED).with_cause(Value::Object(described).to_string())),
                };
                (execution.now(), TaskEvent::Answer(answer))
            })
            .into_iter()
            .collect(),
    })
}

/// What the task waits for, by its pattern.
enum Waits {
    /// Only the start, with this response.
    Start(Value),
    /// The result of `StartSyncExecution`, at the child's end.
    Synchronous,
    /// The child's end.
    Job { as_text: bool },
    /// The token. The prefix is the parent's resource up to its partition, which is the child's too.
    Callback { prefix: String, token: Arc<str> },
}

impl Waits {
    fn of(request: &TaskRequest, started: Value) -> Self {
        let resource = &*request.resource;
        match (Pattern::split(resource).1, &request.token) {
            (Pattern::WaitForTaskToken, Some(token)) => {
                let partition = Arn::parse(resource).map_or("aws", |arn| arn.partition);
                Self::Callback { prefix: format!("arn:{partition}"), token: Arc::clone(token) }
            }
            _ if is_synchronous(&request.resource) => Self::Synchronous,
            (Pattern::Sync2, _) => Self::Job { as_text: false },
            (Pattern::Sync, _) => Self::Job { as_text: true },
            _ => Self::Start(started),
        }
    }
}

/// Returns the state machine that a request starts.
pub(crate) fn machine_arn(request: &TaskRequest) -> Option<&str> {
    let action = Arn::parse(&request.resource).and_then(Arn::integration)?;
    let starts = match action.strip_prefix("states:startExecution") {
        Some(pattern) => matches!(pattern, "" | ".sync" | ".sync:2" | ".waitForTaskToken"),
        None => action == START_SYNCHRONOUS,
    };
    request.input.get("StateMachineArn").and_then(Value::as_str).filter(|_| starts)
}

/// Returns whether an ARN ends with a version's number.
fn names_version(arn: &str) -> bool {
    arn.rsplit(':').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Splits a state machine's ARN into the ARN and the version or alias.
fn parts(arn: &str) -> Option<(String, Option<&str>)> {
    let (before, name) = arn.split_once(":stateMachine:")?;
    let (name, qualifier) = name.split_once(':').map_or((name, None), |(name, qualifier)| (name, Some(qualifier)));
    Some((format!("{before}:stateMachine:{name}"), qualifier))
}

/// Returns the child's input, as text and as a value. `Input` is JSON or its text; the default is an empty object.
fn input(request: &TaskRequest) -> Result<(String, Value), TaskError> {
    match request.input.get("Input") {
        None | Some(Value::Null) => Ok(("{}".to_owned(), json!({}))),
        Some(Value::String(text)) => match json_text::parse(text.as_bytes()) {
            Ok(value) => Ok((text.clone(), value)),
            Err(error) => {
                let cause = format!("Invalid State Machine Execution Input: '{error}'");
                let service = if is_synchronous(&request.resource) { "Sfn" } else { "StepFunctions" };
                Err(TaskError::new(format!("{service}.InvalidExecutionInputException")).with_cause(cause))
            }
        },
        Some(value) => Ok((value.to_string(), value.clone())),
    }
}

/// Returns the result of a task that waits for an execution, when it has ended: the result of `DescribeExecution` in
/// alphabetical order, with times in milliseconds. `qualified` are the ARNs of the version and alias through which it
/// was started. `as_text` writes input and output as text, as `.sync` does and `.sync:2` does not.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html>
pub fn job_output(
    execution: &Execution,
    (version, alias): (Option<&str>, Option<&str>),
    input: &str,
    as_text: bool,
) -> Map<String, Value> {
    let succeeded = execution.status() == Status::Succeeded;
    // A failure's cause is text in any case.
    let as_text = as_text || !succeeded;
    let mut members = Map::new();
    let mut member = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    if let Some(cause) = execution.cause() {
        member("Cause", cause.into());
    }
    if let Some(error) = execution.error() {
        member("Error", error.into());
    }
    member("ExecutionArn", execution.arn().into());
    member("Input", if as_text { input.into() } else { execution.input().value().clone() });
    member("InputDetails", json!({ "Included": true }));
    member("Name", execution.name().into());
    if let Some(output) = execution.output() {
        member("Output", if as_text { output.to_string().into() } else { output.value().clone() });
        member("OutputDetails", json!({ "Included": true }));
    }
    member("RedriveCount", 0.into());
    member("RedriveStatus", if succeeded { "NOT_REDRIVABLE" } else { "REDRIVABLE" }.into());
    if succeeded {
        member("RedriveStatusReason", "Execution is SUCCEEDED and cannot be redriven".into());
    }
    member("StartDate", execution.started_at().as_millis().into());
    if let Some(alias) = alias {
        member("StateMachineAliasArn", alias.into());
    }
    member("StateMachineArn", execution.view().machine_arn().into());
    if let Some(version) = version {
        member("StateMachineVersionArn", version.into());
    }
    member("Status", execution.status().name().into());
    member("StopDate", execution.stopped_at().unwrap_or(execution.now()).as_millis().into());
    members
}

/// Returns the result of a task that starts an Express execution and waits for it, when it has ended: the result of
/// `StartSyncExecution`, whatever the execution's status.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html>
fn synchronous_output(execution: &Execution, input: &str) -> Value {
    let stopped = execution.stopped_at().unwrap_or(execution.now());
    let milliseconds = execution.started_at().until(stopped).as_millis();
    let mut members = json!({
        // Billed in steps of 100 milliseconds, and of 64 MB: https://aws.amazon.com/step-functions/pricing/
        "BillingDetails": {
            "BilledDurationInMilliseconds": u64::try_from(milliseconds).unwrap_or(u64::MAX).div_ceil(100).saturating_mul(100).max(100),
            "BilledMemoryUsedInMB": 64,
        },
        "ExecutionArn": execution.arn(),
        "Input": input,
        "InputDetails": { "Included": true },
        "Name": execution.name(),
        "StartDate": execution.started_at().to_string(),
        "StateMachineArn": execution.view().machine_arn(),
        "Status": execution.status().name(),
        "StopDate": stopped.to_string(),
    });
    let mut member = |name: &str, value: Value| {
        if let Some(members) = members.as_object_mut() {
            members.insert(name.to_owned(), value);
        }
    };
    if let Some(output) = execution.output() {
        member("Output", output.to_string().into());
        member("OutputDetails", json!({ "Included": true }));
    }
    if let Some(error) = execution.error() {
        member("Error", error.into());
    }
    if let Some(cause) = execution.cause() {
        member("Cause", cause.into());
    }
    members
}

/// Creates a handler for a child's tasks that send the parent's token back.
fn sender(action: &'static str, token: &Arc<str>, sent: &Arc<Mutex<Vec<Timed>>>) -> Handler {
    let (token, sent) = (Arc::clone(token), Arc::clone(sent));
    Handler::new(move |request, _| {
        Reply::Now(act(action, &token, request).map(|act| {
            sent.lock().unwrap_or_else(PoisonError::into_inner).push((request.scheduled_at, act));
            json!({})
        }))
    })
}

fn act(action: &str, token: &str, request: &TaskRequest) -> Result<TaskEvent, TaskError> {
    let text = |name: &str| request.input.get(name).and_then(Value::as_str).map(str::to_owned);
    if text("TaskToken").as_deref() != Some(token) {
        return Err(TaskError::new("Sfn.InvalidTokenException").with_cause("Invalid Token: 'Invalid token'"));
    }
    Ok(match action {
        "sendTaskHeartbeat" => TaskEvent::Heartbeat,
        "sendTaskFailure" => {
            TaskEvent::Answer(Err(TaskError { error: text("Error").map(Into::into), cause: text("Cause") }))
        }
        _ => TaskEvent::Answer(Ok(match request.input.get("Output") {
            Some(Value::String(text)) => json_text::parse(text.as_bytes()).map_err(|error| {
                TaskError::new("Sfn.InvalidOutputException").with_cause(format!("Invalid Output: '{error}'"))
            })?,
            other => other.cloned().unwrap_or_default(),
        })),
    })
}
