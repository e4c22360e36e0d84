//! The functions that stand for Lambda functions and other resources.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::driver::Outcome;
use crate::task::{TaskError, TaskRequest};

type Function = Arc<dyn Fn(Value) -> Pin<Box<dyn Future<Output = Outcome> + Send>> + Send + Sync>;

/// A sync function, run on a thread for blocking work.
pub(super) fn blocking<P, R, F>(function: F) -> Function
where
    P: DeserializeOwned,
    R: Serialize,
    F: Fn(P) -> Result<R, TaskError> + Send + Sync + 'static,
{
    let function = Arc::new(function);
    Arc::new(move |request| {
        let function = Arc::clone(&function);
        Box::pin(async move {
            let work = tokio::task::spawn_blocking(move || write(function(read(request)?)?));
            work.await.unwrap_or_else(|error| Err(panicked(error)))
        })
    })
}

/// An async function, polled by the server's runtime.
pub(super) fn asynchronous<P, R, F, A>(function: F) -> Function
where
    P: DeserializeOwned,
    R: Serialize,
    F: Fn(P) -> A + Send + Sync + 'static,
    A: Future<Output = Result<R, TaskError>> + Send + 'static,
{
    let function = Arc::new(function);
    Arc::new(move |request| {
        let function = Arc::clone(&function);
        Box::pin(async move {
            let request = read(request)?;
            // Within a task of its own, so that a panic, while it is called or polled, ends only that.
            let mut work = tokio::task::JoinSet::new();
            let called = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| function(request)));
            let Ok(called) = called else { return Err(panic_error("the function panicked".to_owned())) };
            work.spawn(async move { write(called.await?) });
            match work.join_next().await {
                Some(Ok(outcome)) => outcome,
                Some(Err(error)) => Err(panicked(error)),
                None => Err(panic_error("the function did not run".to_owned())),
            }
        })
    })
}

fn read<P: DeserializeOwned>(request: Value) -> Result<P, TaskError> {
    serde_json::from_value(request).map_err(|error| {
        TaskError::new("Lambda.Unknown").with_cause(format!("the request does not fit the function's type: {error}"))
    })
}

fn write<R: Serialize>(result: R) -> Outcome {
    serde_json::to_value(result).map_err(|error| {
        TaskError::new("Lambda.Unknown").with_cause(format!("the function's result cannot be written as JSON: {error}"))
    })
}

fn panicked(error: tokio::task::JoinError) -> TaskError {
    let cause = match error.try_into_panic() {
        Ok(panic) => {
            let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
            format!("the function panicked: {}", said.unwrap_or_default())
        }
        Err(error) => format!("the function was not run to its end: {error}"),
    };
    panic_error(cause)
}

fn panic_error(cause: String) -> TaskError {
    TaskError::new("Lambda.Unknown").with_cause(cause)
}

/// What became of a task.
pub(super) enum Reply {
    Succeeded(Value),
    /// It goes on until somebody calls back with its token.
    Submitted(Value),
    Failed(TaskError),
    /// Nothing here stands for its resource.
    Unknown(String),
}

#[derive(Default)]
pub(super) struct Tasks {
    /// By the function's name.
    lambdas: BTreeMap<String, Function>,
    /// By the resource's ARN.
    resources: BTreeMap<String, Function>,
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.lambdas.keys()).entries(self.resources.keys()).finish()
    }
}

impl Tasks {
    pub(super) fn add_lambda(&mut self, name: &str, function: Function) {
        self.lambdas.insert(function_name(name).to_owned(), function);
    }

    pub(super) fn add_resource(&mut self, arn: &str, function: Function) {
        self.resources.insert(arn.to_owned(), function);
    }

    pub(super) async fn reply(&self, request: &TaskRequest) -> Reply {
        let resource = &*request.resource;
        if let Some(function) = self.resources.get(resource) {
            return callback_or(resource, function(request.input.value().clone()).await);
        }
        if let Some((_, rest)) = resource.split_once(":states:::lambda:invoke")
            && (rest.is_empty() || rest == ".waitForTaskToken")
        {
            return callback_or(resource, self.invoke(request.input.value()).await);
        }
        if is_function_arn(resource) {
            return callback_or(resource, self.call(resource, request.input.value().clone()).await);
        }
        Reply::Unknown(format!("no function of this server stands for the resource {resource}"))
    }

    /// `lambda:invoke`: the function is named in the request, and its answer is wrapped.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html>
    async fn invoke(&self, request: &Value) -> Outcome {
        let name = request.get("FunctionName").and_then(Value::as_str).unwrap_or_default();
        let payload = request.get("Payload").cloned().unwrap_or_else(|| json!({}));
        let answer = self.call(name, payload).await?;
        Ok(json!({"ExecutedVersion": "$LATEST", "Payload": answer, "StatusCode": 200}))
    }

    async fn call(&self, name: &str, payload: Value) -> Outcome {
        let name = function_name(name);
        match self.lambdas.get(name) {
            Some(function) => function(payload).await,
            None => Err(TaskError::new("Lambda.ResourceNotFoundException").with_cause(format!(
                "Function not found: arn:aws:lambda:us-east-1:123456789012:function:{name} \
                 (Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException)"
            ))),
        }
    }
}

fn callback_or(resource: &str, outcome: Outcome) -> Reply {
    match outcome {
        Ok(output) if resource.ends_with(".waitForTaskToken") => Reply::Submitted(output),
        Ok(output) => Reply::Succeeded(output),
        Err(error) => Reply::Failed(error),
    }
}

fn is_function_arn(text: &str) -> bool {
    text.starts_with("arn:") && text.contains(":lambda:") && text.contains(":function:")
}

/// The function's name in a name, a partial or a whole ARN, each with or without a version or alias.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>
fn function_name(text: &str) -> &str {
    let name = text.split_once("function:").map_or(text, |(_, name)| name);
    name.split(':').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::function_name;

    #[test]
    fn functions_are_named_in_four_ways() {
        for text in ["f", "f:7", "123456789012:function:f", "arn:aws:lambda:us-east-1:123456789012:function:f:prod"] {
            assert_eq!(function_name(text), "f", "{text}");
        }
    }
}
