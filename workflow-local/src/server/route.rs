//! HTTP: one path, one method, the operation in a header.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html>

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::error::ApiError;
use super::input::Input;
use super::registry::Registry;

/// Bytes of a request: a definition of 1 MiB, escaped as a JSON string, and the rest.
const BODY_BYTES: usize = 4 * 1024 * 1024;

/// Bytes of a request that is too large, before the connection is closed on it.
const DISCARDED_BYTES: usize = 64 * 1024 * 1024;

const TARGET: &str = "x-amz-target";
const SERVICE: &str = "AWSStepFunctions";

pub(super) fn router(registry: Arc<Registry>) -> Router {
    Router::new().fallback(handle).with_state(registry)
}

async fn handle(State(registry): State<Arc<Registry>>, request: Request) -> Response {
    let mut response = match answer(&registry, request).await {
        Ok(text) => text.into_response(),
        Err(error) => error.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    if let Ok(id) = HeaderValue::from_str(&registry.id()) {
        headers.insert(HeaderName::from_static("x-amzn-requestid"), id);
    }
    response
}

async fn answer(registry: &Arc<Registry>, request: Request) -> Result<Vec<u8>, ApiError> {
    let unknown = |message: String| ApiError {
        status: StatusCode::NOT_FOUND,
        ..ApiError::new("UnknownOperationException", message)
    };
    if request.method() != Method::POST || request.uri().path() != "/" {
        return Err(unknown(format!("{} {} is not of this service", request.method(), request.uri().path())));
    }
    let operation = operation(request.headers())?;
    let body = read(request.into_body()).await?;
    let input = Input::parse(&body)?;
    let answer = match operation.as_str() {
        "CreateStateMachine" => registry.create_state_machine(&input),
        "UpdateStateMachine" => registry.update_state_machine(&input),
        "DescribeStateMachine" => registry.describe_state_machine(&input),
        "ListStateMachines" => registry.list_state_machines(&input),
        "DeleteStateMachine" => registry.delete_state_machine(&input),
        "ValidateStateMachineDefinition" => registry.validate_state_machine_definition(&input),
        "TestState" => registry.test_state(&input).await,
        "StartExecution" => registry.start_execution(&input),
        "StartSyncExecution" => return registry.start_sync_execution(&input).await,
        "DescribeExecution" => return registry.describe_execution(&input),
        "ListExecutions" => registry.list_executions(&input),
        "StopExecution" => registry.stop_execution(&input),
        "GetExecutionHistory" => registry.get_execution_history(&input),
        other => Err(ApiError::new("UnknownOperationException", format!("this server has no operation {other}"))),
    };
    Ok(answer?.to_string().into_bytes())
}

fn operation(headers: &HeaderMap) -> Result<String, ApiError> {
    let target = headers.get(TARGET).and_then(|target| target.to_str().ok()).unwrap_or_default();
    match target.split_once('.') {
        Some((SERVICE, operation)) => Ok(operation.to_owned()),
        _ => Err(ApiError::new(
            "UnknownOperationException",
            format!("the header X-Amz-Target must be {SERVICE}.OPERATION, not {target:?}"),
        )),
    }
}

/// Reads a body. One that is too large is read on without being kept, so that its sender gets to read the answer;
/// but not for ever.
async fn read(mut body: Body) -> Result<Vec<u8>, ApiError> {
    let told = usize::try_from(body.size_hint().lower()).unwrap_or(BODY_BYTES);
    let (mut bytes, mut length) = (Vec::with_capacity(told.min(BODY_BYTES)), 0_usize);
    while length <= DISCARDED_BYTES
        && let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
    {
        let frame = frame.map_err(|error| {
            ApiError::new("SerializationException", format!("the request's body could not be read: {error}"))
        })?;
        let Ok(data) = frame.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length <= BODY_BYTES {
            bytes.extend_from_slice(&data);
        }
    }
    if length > BODY_BYTES {
        let message = format!("the request has more than {BODY_BYTES} bytes");
        let error = ApiError::new("RequestEntityTooLargeException", message);
        return Err(ApiError { status: StatusCode::PAYLOAD_TOO_LARGE, ..error });
    }
    Ok(bytes)
}
