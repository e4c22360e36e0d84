//! Answers a task with the server's closures.

use serde_json::Value;
use workflow_asl::error_name::RUNTIME;

use crate::answers::Given;
use crate::handlers::{Asking, Reply, is_invoke};
use crate::task::{TaskError, TaskId, TaskRequest};

/// What becomes of a task that was asked for.
pub(super) struct Asked {
    pub(super) id: TaskId,
    pub(super) outcome: Outcome,
}

/// What is known of a task's answer.
pub(super) enum Outcome {
    Answer(Result<Value, TaskError>),
    /// It comes at a time, or never, by the execution's clock.
    Later(TaskRequest, Option<Box<Given>>),
}

/// Runs the closure that stands for the task's resource, on a thread where it may block; a future that it gives is
/// polled by the server's own runtime.
pub(super) async fn ask(asking: Option<Asking>, request: TaskRequest) -> Asked {
    let (id, unknown) = (request.id, unknown(&request));
    // A panic of the closure is caught where it is called, so that the thread comes back.
    let asked = move || (asking.map(|asking| asking.reply(&request)), request);
    let outcome = match tokio::task::spawn_blocking(asked).await {
        Ok((Some(Reply::Now(answer)), _)) => Outcome::Answer(answer),
        Ok((Some(Reply::Later(future)), _)) => Outcome::Answer(future.await),
        Ok((Some(Reply::Never), request)) => Outcome::Later(request, None),
        Ok((Some(Reply::Planned(given)), request)) => Outcome::Later(request, Some(given)),
        Ok((Some(Reply::NoneLeft { given }), request)) => Outcome::Answer(Err(none_left(&request, given))),
        // Only an engine is told of other state machines.
        Ok((None | Some(Reply::Nested(_)), _)) | Err(_) => Outcome::Answer(Err(unknown)),
    };
    Asked { id, outcome }
}

fn none_left(request: &TaskRequest, given: u64) -> TaskError {
    let cause = format!("the state {} asks for more than the {given} answers that it was given", request.state);
    TaskError::new(RUNTIME).with_cause(cause)
}

/// A function that does not exist fails the task, as on AWS; another resource is one that this server cannot run.
fn unknown(request: &TaskRequest) -> TaskError {
    if !is_invoke(request) {
        let cause = format!("no closure of this server stands for the resource {}", request.resource);
        return TaskError::new(RUNTIME).with_cause(cause);
    }
    let name = request.input.get("FunctionName").and_then(Value::as_str).unwrap_or_default();
    TaskError::new("Lambda.ResourceNotFoundException").with_cause(format!(
        "Function not found: {name} (Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException)"
    ))
}
