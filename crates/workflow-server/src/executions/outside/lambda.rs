//! Lambda functions at an endpoint: `cargo lambda watch`, SAM, the Runtime Interface Emulator.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>

use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Method, Request};
use serde_json::{Value, json};
use workflow_asl::limits::LAMBDA_SECONDS;
use workflow_local::handlers::function_name;
use workflow_local::{TaskError, TaskRequest};

use super::client::{Answered, Endpoint, HttpClient, NotAnswered, escaped_but};

/// The endpoint of Lambda functions.
pub(super) struct LambdaEndpoint(pub(super) Endpoint);

impl LambdaEndpoint {
    /// Calls the function that a task names.
    pub(super) async fn invoke(
        &self,
        client: &HttpClient,
        function: &str,
        request: &TaskRequest,
    ) -> Result<Value, TaskError> {
        let payload = match request.is_invoke() {
            true => request.input.get("Payload").map_or_else(|| "{}".to_owned(), Value::to_string),
            false => request.input.to_string(),
        };
        let Endpoint { origin, path, .. } = &self.0;
        let name = escaped_but(function_name(function), b":$");
        let of_name = function.rsplit_once(":function:").map_or(function, |(_, name)| name).split_once(':');
        let of_request = request.input.get("Qualifier").and_then(Value::as_str).filter(|_| request.is_invoke());
        let qualifier = of_request.or(of_name.map(|(_, qualifier)| qualifier));
        let query = qualifier.map_or_else(String::new, |text| format!("?Qualifier={}", escaped_but(text, b"$")));
        let call = Request::builder()
            .method(Method::POST)
            .uri(format!("{origin}{path}/2015-03-31/functions/{name}/invocations{query}"))
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(payload)));
        let unsent = |why: String| {
            let cause = format!("Unable to execute HTTP request to {origin}: {why}");
            TaskError::new("Lambda.SdkClientException").with_cause(cause)
        };
        let call = call.map_err(|error| unsent(error.to_string()))?;
        let answered = match client.send(call, Duration::from_secs(LAMBDA_SECONDS)).await {
            Ok(answered) => answered,
            Err(NotAnswered::Failed(why)) => return Err(unsent(why)),
            Err(NotAnswered::TimedOut) => {
                return Err(TaskError::new("Sandbox.Timedout").with_cause("the function took too long"));
            }
        };
        let result = result(&answered)?;
        // With a callback, the result arrives later with the task token.
        Ok(match request.is_invoke() {
            true => json!({"ExecutedVersion": "$LATEST", "Payload": result, "StatusCode": answered.status.as_u16()}),
            false => result,
        })
    }
}

fn result(answered: &Answered) -> Result<Value, TaskError> {
    let header = |name: &str| answered.headers.get(name).and_then(|value| value.to_str().ok());
    let text = String::from_utf8_lossy(&answered.body);
    let body: Option<Value> =
        if answered.body.is_empty() { Some(Value::Null) } else { serde_json::from_slice(&answered.body).ok() };
    let member = |name: &str| body.as_ref().and_then(|body| body.get(name)).and_then(Value::as_str);
    if answered.status.as_u16() >= 300 {
        let name = header("x-amzn-errortype").or(member("__type")).unwrap_or("AWSLambdaException");
        let name = name.split(':').next().unwrap_or(name);
        return Err(TaskError::new(format!("Lambda.{name}")).with_cause(format!(
            "{} (Service: AWSLambda; Status Code: {}; Error Code: {name})",
            member("Message").or(member("message")).unwrap_or(&text),
            answered.status.as_u16()
        )));
    }
    if header("x-amz-function-error").is_some() || member("errorType").is_some() {
        let name = member("errorType").unwrap_or("Lambda.Unknown").to_owned();
        return Err(TaskError::new(name).with_cause(text));
    }
    body.ok_or_else(|| {
        TaskError::new("Lambda.Unknown").with_cause(format!("the function's answer is not JSON: {text}"))
    })
}
