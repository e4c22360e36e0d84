//! Answers a task with the server's closures.

use serde_json::Value;
use workflow_asl::error_name::RUNTIME;

use crate::handlers::{Asking, Reply, is_invoke};
use crate::task::{TaskError, TaskRequest};

/// What a task is answered with.
pub(super) type Answer = Result<Value, TaskError>;

/// Runs the closure that stands for the task's resource, on a thread where it may block; a future that it gives is
/// polled by the server's own runtime.
pub(super) async fn answer(asking: Option<Asking>, request: TaskRequest) -> Answer {
    let unknown = unknown(&request);
    // A panic of the closure is caught where it is called, so that the thread comes back.
    let reply = tokio::task::spawn_blocking(move || asking.map(|asking| asking.reply(&request))).await;
    match reply {
        Ok(Some(Reply::Now(answer))) => answer,
        Ok(Some(Reply::Later(future))) => future.await,
        Ok(Some(Reply::Never)) => std::future::pending().await,
        Ok(Some(Reply::Planned(given))) => {
            tokio::time::sleep(given.after).await;
            match given.answer {
                Some(answer) => answer,
                None => std::future::pending().await,
            }
        }
        Ok(None | Some(Reply::NoneLeft { .. })) | Err(_) => Err(unknown),
    }
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
