//! Tasks that call Step Functions itself: this server answers them.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html>

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Map, Value, json};
use workflow_asl::error_name::TASK_FAILED;
use workflow_local::handlers::{Tasks, job_output};
use workflow_local::{Instant, Status, TaskError, TaskRequest};
use workflow_services::Pattern;

use super::Run;
use super::tasks::Outcome;
use crate::api::arn::Scope;
use crate::api::{ApiError, Code, Input};
use crate::operations;
use crate::registry::Registry;

/// Request members whose values are JSON texts.
const JSON_TEXTS: [&str; 4] = ["Input", "Output", "Definition", "Context"];

/// Returns the server's answer to a task, or `None` if it does not call Step Functions.
pub(super) async fn answer(registry: &Arc<Registry>, run: &Arc<Run>, request: &TaskRequest) -> Option<Outcome> {
    let (_, action) = request.resource.split_once(":states:::")?;
    if let Some(action) = action.strip_prefix("aws-sdk:sfn:") {
        let (action, pattern) = Pattern::split(action);
        let answer = call(registry, run, action, &request.input, Style::Sdk).await;
        return Some(match answer {
            Ok(answer) if pattern == Pattern::WaitForTaskToken => submitted(run, request, answer),
            answer => Outcome::Answer(answer),
        });
    }
    let ("states:startExecution", pattern) = Pattern::split(action) else { return None };
    let started = match call(registry, run, "startExecution", &request.input, Style::Optimised).await {
        Ok(started) => started,
        Err(error) => return Some(Outcome::Answer(Err(error))),
    };
    Some(match pattern {
        Pattern::RequestResponse => Outcome::Answer(Ok(started)),
        Pattern::WaitForTaskToken => submitted(run, request, started),
        Pattern::Sync | Pattern::Sync2 => {
            let arn = started.get("ExecutionArn").and_then(Value::as_str).unwrap_or_default().to_owned();
            let _ = run.tell(|execution| execution.submit(request.id, started.into()));
            Outcome::Answer(ended(registry, run, &arn, pattern == Pattern::Sync).await)
        }
    })
}

/// Waits for the end of an execution that a task started before this server began. Returns `None` for any other task.
pub(super) async fn follow(
    registry: &Registry,
    run: &Run,
    request: &TaskRequest,
    submitted: &Value,
) -> Option<Outcome> {
    let (_, action) = request.resource.split_once(":states:::")?;
    let ("states:startExecution", pattern) = Pattern::split(action) else { return None };
    let arn = submitted.get("ExecutionArn").and_then(Value::as_str)?;
    match pattern {
        Pattern::Sync | Pattern::Sync2 => {
            Some(Outcome::Answer(ended(registry, run, arn, pattern == Pattern::Sync).await))
        }
        Pattern::RequestResponse | Pattern::WaitForTaskToken => None,
    }
}

/// Records that the request was accepted. The holder of the token answers.
pub(super) fn submitted(run: &Run, request: &TaskRequest, answer: Value) -> Outcome {
    let _ = run.tell(|execution| execution.submit(request.id, answer.into()));
    Outcome::Later(request.clone(), None)
}

/// An execution that is stopped with the task that waits for it.
struct Child(Arc<Run>);

impl Drop for Child {
    fn drop(&mut self) {
        self.0.stop(None, None);
    }
}

/// Waits for the end of an execution, and returns the task's result.
async fn ended(registry: &Registry, run: &Run, arn: &str, as_text: bool) -> Result<Value, TaskError> {
    let Some(child) = registry.execution(arn).ok().flatten().map(Child) else {
        let cause = format!("Execution Does Not Exist: '{arn}'");
        return Err(TaskError::new("StepFunctions.ExecutionDoesNotExistException").with_cause(cause));
    };
    let following = run.follows(&child.0);
    child.0.ended().await;
    drop(following);
    let execution = child.0.execution.lock();
    let (version, alias) = (child.0.machine.version_arn(), child.0.machine.alias_arn());
    // It is stored as a JSON string.
    let input: String = serde_json::from_str(child.0.input.get()).unwrap_or_default();
    let output = job_output(&execution, (version, alias), &input, as_text);
    match execution.status() {
        Status::Succeeded => Ok(Value::Object(output)),
        _ => Err(TaskError::new(TASK_FAILED).with_cause(Value::Object(output).to_string())),
    }
}

/// The style of a task's integration: its errors and times.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// `states:startExecution`
    Optimised,
    /// `aws-sdk:sfn:…`
    Sdk,
}

/// Calls an operation of this server with a task's request, and returns the answer in the task's spelling.
async fn call(
    registry: &Arc<Registry>,
    run: &Run,
    action: &str,
    request: &Value,
    style: Style,
) -> Result<Value, TaskError> {
    let mut operation = action.to_owned();
    if let Some(first) = operation.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let members = match lower(request) {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    let input = Input::new(members, Scope::of_arn(&run.machine.arn));
    let answer = operations::run(registry, &operation, &input).await.map_err(|error| failed(registry, error, style))?;
    let bytes = answer.len();
    let mut answer = capitalised(serde_json::from_slice(&answer).unwrap_or(Value::Null), style);
    if let (Style::Optimised, Some(members)) = (style, answer.as_object_mut()) {
        let id = registry.id();
        members.insert("SdkHttpMetadata".to_owned(), http_metadata(registry, &id, bytes));
        members.insert("SdkResponseMetadata".to_owned(), json!({"RequestId": id}));
    }
    Ok(answer)
}

/// Returns the HTTP metadata that an optimised integration adds to its result.
fn http_metadata(registry: &Registry, id: &str, bytes: usize) -> Value {
    let millis = u64::try_from(registry.clock.now().as_millis()).unwrap_or_default();
    let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(millis));
    let headers = [
        ("x-amzn-RequestId", id),
        ("connection", "keep-alive"),
        ("Content-Length", &bytes.to_string()),
        ("Date", &date),
        ("Content-Type", "application/x-amz-json-1.0"),
    ];
    let all: Map<_, _> = headers.iter().map(|(name, value)| ((*name).to_owned(), json!([value]))).collect();
    let first: Map<_, _> = headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    json!({"AllHttpHeaders": all, "HttpHeaders": first, "HttpStatusCode": 200})
}

fn failed(registry: &Registry, error: ApiError, style: Style) -> TaskError {
    let (code, status) = (error.code.name(), error.code.status().as_u16());
    let name = code.strip_suffix("Exception").unwrap_or(code);
    let id = registry.id();
    let sdk_cause =
        || format!("{} (Service: Sfn, Status Code: {status}, Request ID: {id}) (SDK Attempt Count: 1)", error.message);
    match style {
        Style::Optimised => TaskError::new(format!("StepFunctions.{name}Exception")).with_cause(format!(
            "{} (Service: AWSStepFunctions; Status Code: {status}; Error Code: {code}; Request ID: {id}; Proxy: null)",
            error.message
        )),
        Style::Sdk if error.code == Code::Validation => {
            TaskError::new("Sfn.ValidationException").with_cause(sdk_cause())
        }
        Style::Sdk => TaskError::new(format!("Sfn.{name}Exception")).with_cause(sdk_cause()),
    }
}

/// Returns a request with the API's member names: `stateMachineArn` for `StateMachineArn`.
fn lower(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    // Null counts as absent: the input is then `{}`.
                    Value::String(_) | Value::Null => value.clone(),
                    value if JSON_TEXTS.contains(&name.as_str()) => json!(value.to_string()),
                    value => lower(value),
                };
                let mut name = name.clone();
                if let Some(first) = name.get_mut(..1) {
                    first.make_ascii_lowercase();
                }
                (name, value)
            })
            .collect(),
        Value::Array(items) => items.iter().map(lower).collect(),
        other => other.clone(),
    }
}

/// Returns an answer with a task's member names. An SDK integration has times as strings.
fn capitalised(value: Value, style: Style) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(mut name, value)| {
                let is_time = style == Style::Sdk && (name.ends_with("Date") || name == "timestamp");
                let value = match value.as_f64().filter(|_| is_time) {
                    #[expect(clippy::cast_possible_truncation, reason = "a cast saturates, and times are far below")]
                    Some(seconds) => json!(Instant::from_millis((seconds * 1000.0).round() as i64).to_string()),
                    None => capitalised(value, style),
                };
                if let Some(first) = name.get_mut(..1) {
                    first.make_ascii_uppercase();
                }
                (name, value)
            })
            .collect(),
        Value::Array(items) => items.into_iter().map(|item| capitalised(item, style)).collect(),
        other => other,
    }
}
