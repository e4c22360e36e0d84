//! Answers tasks with the server's closures.

use std::sync::Arc;

use serde_json::Value;
use workflow_asl::error_name::{RUNTIME, TASK_FAILED};
use workflow_local::handlers::{HandlerCall, Reply, TimedAnswer};
use workflow_local::{TaskError, TaskId, TaskRequest};
use workflow_services::Pattern;

use super::threads::HandlerOwner;
use super::{Run, own};
use crate::registry::Registry;

/// The outcome of a requested task.
pub(crate) struct TaskOutcome {
    pub(crate) id: TaskId,
    pub(crate) outcome: Outcome,
}

/// What is known about a task's answer.
pub(crate) enum Outcome {
    Answer(Result<Value, TaskError>),
    /// It arrives later, or never, by the execution's clock.
    Later(TaskRequest, Option<Box<TimedAnswer>>),
}

/// Calls the closure for the task's resource. A closure that may block runs on a thread; a future is polled by the
/// server's own runtime.
pub(super) async fn ask(
    asking: Option<HandlerCall>,
    request: TaskRequest,
    registry: Arc<Registry>,
    run: Arc<Run>,
) -> TaskOutcome {
    let id = request.id;
    let execution_arn = Arc::clone(&run.arn);
    // A handler must not learn more than what has been stored.
    if let Err(error) = registry.journal.settled().await {
        let answer = Err(TaskError::new(RUNTIME).with_cause(error.message));
        return TaskOutcome { id, outcome: Outcome::Answer(answer) };
    }
    // It begins in its turn, as an execution does.
    drop(registry.turn().await);
    let outcome = match asking {
        None => without_handler(&registry, &run, request).await,
        Some(asking) if asking.blocks() => {
            let runs_for = HandlerOwner { state: Arc::clone(&request.state), execution_arn: Some(execution_arn) };
            // A panic of the closure is caught at the call, so the thread survives.
            match registry.threads.run(runs_for, move || (asking.reply(&request), request)).await {
                Ok((reply, request)) => outcome(reply, request).await,
                Err(not_run) => Outcome::Answer(Err(TaskError::new(TASK_FAILED).with_cause(not_run.to_string()))),
            }
        }
        Some(asking) => {
            let reply = asking.reply(&request);
            outcome(reply, request).await
        }
    };
    TaskOutcome { id, outcome }
}

/// Waits for the answer of a task that the service accepted before this server began.
pub(super) async fn follow(
    request: TaskRequest,
    submitted: Value,
    registry: Arc<Registry>,
    run: Arc<Run>,
) -> TaskOutcome {
    let id = request.id;
    let outcome = match own::follow(&registry, &run, &request, &submitted).await {
        Some(outcome) => outcome,
        // The holder of the token answers.
        None => Outcome::Later(request, None),
    };
    TaskOutcome { id, outcome }
}

/// Answers a task without a closure: by this server, or by a configured endpoint.
async fn without_handler(registry: &Arc<Registry>, run: &Arc<Run>, request: TaskRequest) -> Outcome {
    if let Some(outcome) = own::answer(registry, run, &request).await {
        return outcome;
    }
    if let Some(answer) = registry.outside.answer(run, &request).await {
        return match answer {
            Ok(answer) if Pattern::split(&request.resource).1 == Pattern::WaitForTaskToken => {
                own::submitted(run, &request, answer)
            }
            answer => Outcome::Answer(answer),
        };
    }
    Outcome::Answer(Err(unknown(&request)))
}

async fn outcome(reply: Reply, request: TaskRequest) -> Outcome {
    match reply {
        Reply::Now(answer) => Outcome::Answer(answer),
        Reply::Later(future) => Outcome::Answer(future.await),
        Reply::Never => Outcome::Later(request, None),
        Reply::Planned(given) => Outcome::Later(request, Some(given)),
        Reply::NoneLeft { given } => Outcome::Answer(Err(none_left(&request, given))),
        // Only an engine runs other state machines.
        _ => Outcome::Answer(Err(unknown(&request))),
    }
}

fn none_left(request: &TaskRequest, given: u64) -> TaskError {
    let cause = format!("the state {} needs more than the {given} answers that it was given", request.state);
    TaskError::new(RUNTIME).with_cause(cause)
}

/// Returns a hint about other ways to answer a task of this resource.
fn elsewhere(resource: &str) -> &'static str {
    let (_, action) = resource.split_once(":states:::").unwrap_or_default();
    let service = action.strip_prefix("aws-sdk:").unwrap_or(action).split(':').next().unwrap_or_default();
    match service {
        "http" => ", or allow its host (`--allow-http HOST`)",
        "dynamodb" | "events" | "eventbridge" | "s3" | "sns" | "sqs" => {
            ", or give the endpoint of its service (`--aws-endpoint URL`: S3's objects, SQS, SNS, EventBridge, DynamoDB)"
        }
        _ => "",
    }
}

/// Returns the error of a task without a handler. A missing function fails the task, as on AWS; this server cannot call
/// other resources.
fn unknown(request: &TaskRequest) -> TaskError {
    let Some(function) = request.function() else {
        let cause = format!(
            "the state {} calls {}, which this server cannot do: give it a closure (`Builder::on_resource`) or an answer in a \
             mock file (`--mock-config`){}",
            request.state,
            request.resource,
            elsewhere(&request.resource)
        );
        return TaskError::new(RUNTIME).with_cause(cause);
    };
    TaskError::new("Lambda.ResourceNotFoundException").with_cause(format!(
        "Function not found: {function} (Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException): the state {} \
         needs a closure (`Builder::on_lambda`), an endpoint of functions (`--lambda-endpoint URL`) or an answer in a mock file \
         (`--mock-config`)",
        request.state
    ))
}
