//! Answers a task with the server's closures.

use std::sync::Arc;

use serde_json::Value;

use crate::handlers::{Handlers, Reply, is_invoke};
use crate::task::{TaskError, TaskRequest};

/// What became of a task.
pub(super) enum Outcome {
    Answered(Result<Value, TaskError>),
    /// Nothing here stands for its resource.
    Unknown(String),
}

/// Runs the closure that stands for the task's resource, on a thread where it may block; a future that it gives is
/// polled by the server's own runtime.
pub(super) async fn answer(handlers: Arc<Handlers>, request: TaskRequest) -> Outcome {
    let unknown = unknown(&request);
    // A panic of the closure is caught where it is called, so that the thread comes back.
    let reply = tokio::task::spawn_blocking(move || handlers.reply(&request)).await;
    match reply {
        Ok(Some(Reply::Now(answer))) => Outcome::Answered(answer),
        Ok(Some(Reply::Later(future))) => Outcome::Answered(future.await),
        Ok(Some(Reply::Never)) => std::future::pending().await,
        Ok(None) | Err(_) => unknown,
    }
}

/// A function that does not exist fails the task, as on AWS; another resource is one that this server cannot run.
fn unknown(request: &TaskRequest) -> Outcome {
    if !is_invoke(request) {
        let reason = format!("no closure of this server stands for the resource {}", request.resource);
        return Outcome::Unknown(reason);
    }
    let name = request.input.get("FunctionName").and_then(Value::as_str).unwrap_or_default();
    let cause = format!(
        "Function not found: {name} (Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException)"
    );
    Outcome::Answered(Err(TaskError::new("Lambda.ResourceNotFoundException").with_cause(cause)))
}
