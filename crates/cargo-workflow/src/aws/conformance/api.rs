//! Calls any operation of the Step Functions API with JSON, and returns the answer as it came.

use std::error::Error;
use std::iter::successors;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_types::body::SdkBody;
use serde_json::Value;
use workflow_runtime::aws_sdk_sfn::Client;
use workflow_runtime::aws_sdk_sfn::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
};
use workflow_runtime::aws_sdk_sfn::config::{ConfigBag, Intercept, RuntimeComponents};
use workflow_runtime::aws_sdk_sfn::error::BoxError;

/// The API at one endpoint.
pub(super) struct Api {
    pub(super) client: Client,
    /// Whether some operations have a host of their own, as on AWS.
    pub(super) has_sync_host: bool,
}

/// An error that the API returned.
pub(super) struct ApiError {
    pub(super) code: String,
    pub(super) message: String,
}

/// Why a call has no result.
pub(super) enum NoResult {
    Refused(ApiError),
    /// There was no answer: why.
    NoAnswer(String),
}

/// Whether the call succeeded, and the body of the response.
type RawAnswer = (bool, Vec<u8>);

/// Replaces the request of another operation before the SDK signs it, and keeps the answer.
///
/// The SDK has the credentials, the signature, the retries and the connection, but its operations check what they send
/// and drop what they do not know.
#[derive(Clone, Debug)]
struct Exchange {
    operation: String,
    body: String,
    on_sync_host: bool,
    answer: Arc<Mutex<Option<RawAnswer>>>,
}

impl Intercept for Exchange {
    fn name(&self) -> &'static str {
        "Exchange"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        request.headers_mut().insert("x-amz-target", format!("AWSStepFunctions.{}", self.operation));
        request.headers_mut().insert("content-length", self.body.len().to_string());
        *request.body_mut() = SdkBody::from(self.body.as_str());
        if self.on_sync_host {
            let uri = request.uri().replacen("://", "://sync-", 1);
            request.set_uri(uri)?;
        }
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let answer = response.body().bytes().map(|bytes| (response.status().is_success(), bytes.to_vec()));
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = answer;
        Ok(())
    }
}

impl Api {
    /// Calls an operation, such as `CreateStateMachine`.
    pub(super) async fn call(&self, operation: &str, params: &Value) -> Result<Value, NoResult> {
        let exchange = Exchange {
            operation: operation.to_owned(),
            body: params.to_string(),
            on_sync_host: self.has_sync_host && ["StartSyncExecution", "TestState"].contains(&operation),
            answer: Arc::default(),
        };
        let sent = self.client.list_activities().customize().interceptor(exchange.clone()).send().await;
        let answer = exchange.answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((is_success, bytes)) = answer else {
            let error = sent.as_ref().err().map(|error| -> &dyn Error { error });
            let causes: Vec<_> = successors(error, |error| Error::source(*error)).map(ToString::to_string).collect();
            let why = causes.join(": ");
            return Err(NoResult::NoAnswer(format!("{operation}: {why}")));
        };
        let Ok(value) = serde_json::from_slice::<Value>(&bytes) else {
            let message = String::from_utf8_lossy(&bytes).into_owned();
            return Err(NoResult::Refused(ApiError { code: "not JSON".to_owned(), message }));
        };
        if is_success {
            return Ok(value);
        }
        let text = |names: [&str; 2]| names.iter().find_map(|name| value.get(name)?.as_str()).unwrap_or_default();
        let code = text(["__type", "code"]).rsplit('#').next().unwrap_or_default().to_owned();
        Err(NoResult::Refused(ApiError { code, message: text(["message", "Message"]).to_owned() }))
    }
}
