//! Classifies the SDK's errors: an answer of the service, a foreign answer, or no answer.

use std::fmt;

use aws_sdk_sfn::config::http::HttpResponse;
use aws_sdk_sfn::error::{BoxError, ProvideErrorMetadata, SdkError};

use super::Error;

/// The SDK's own error. It may contain payloads and whole answers, so `Debug` omits it.
pub struct SdkSource {
    error: BoxError,
    may_pass: bool,
}

impl SdkSource {
    fn new(error: impl Into<BoxError>) -> Self {
        Self { error: error.into(), may_pass: true }
    }

    /// Returns the error, to be downcast to the operation's `SdkError`.
    pub fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        &*self.error
    }

    /// Returns whether the call may succeed later. Missing credentials, for example, are permanent.
    pub(super) fn may_pass(&self) -> bool {
        self.may_pass
    }
}

impl fmt::Debug for SdkSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

/// AWS's answer to a rejected call.
///
/// The codes of each operation: <https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html>.
#[non_exhaustive]
pub struct Refusal {
    /// The API's operation, such as `CreateStateMachine`.
    pub operation: &'static str,
    /// The error's code, such as `InvalidDefinition`.
    pub code: String,
    /// The service's message. Messages about a payload quote it, so `Display` and `Debug` omit them.
    pub message: String,
    /// The answer's HTTP status.
    pub status: u16,
    /// The SDK's own error.
    pub sdk: SdkSource,
}

/// The error codes whose messages quote payloads.
const ABOUT_PAYLOADS: [&str; 2] = ["InvalidExecutionInput", "InvalidOutput"];

/// The codes of transient errors, besides those with `Throttl` in their names and those with status 429 or 5xx.
const PASSING: [&str; 6] = [
    "RequestLimitExceeded",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "SlowDown",
    "TooManyRequestsException",
];

impl Refusal {
    /// Returns whether the call may succeed later.
    pub(super) fn is_transient(&self) -> bool {
        matches!(self.status, 429 | 500..) || self.code.contains("Throttl") || PASSING.contains(&&*self.code)
    }

    /// Returns the message if it may be printed.
    fn printed(&self) -> Option<&str> {
        (!ABOUT_PAYLOADS.contains(&&*self.code)).then_some(&*self.message)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation, self.code)?;
        self.printed().map_or(Ok(()), |message| write!(f, ": {message}"))
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal")
            .field("operation", &self.operation)
            .field("code", &self.code)
            .field("message", &self.printed().unwrap_or("[hidden]"))
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Error {
    /// Classifies an error of the SDK.
    pub(crate) fn of_call<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let response = error.raw_response();
        let status = response.map(|response| response.status().as_u16());
        // Every error of the service has a code.
        let code = error.as_service_error().and_then(|error| error.code());
        if let (Some(status), Some(code)) = (status, code) {
            let (code, message) = (code.to_owned(), error.message().unwrap_or_default().to_owned());
            return Self::Refused(Refusal { operation, code, message, status, sdk: SdkSource::new(error) });
        }
        // A truncated answer has no body.
        let whole = response.filter(|response| response.body().bytes().is_some());
        if let (Some(status), Some(response)) = (status, whole) {
            let content_type = response.headers().get("content-type").map(str::to_owned);
            return Self::Foreign { operation, status, content_type, sdk: Some(SdkSource::new(error)) };
        }
        // Errors that the SDK itself would retry.
        let may_pass = match &error {
            SdkError::TimeoutError(_) | SdkError::ResponseError(_) => true,
            SdkError::DispatchFailure(failure) => {
                failure.is_io() || failure.is_timeout() || failure.as_other().is_some()
            }
            _ => false,
        };
        let reason = chain(&error);
        Self::NoAnswer { operation, reason, sdk: SdkSource { may_pass, ..SdkSource::new(error) } }
    }

    /// Returns the error for a request that the SDK cannot build.
    pub(crate) fn of_request(operation: &'static str, error: aws_sdk_sfn::error::BuildError) -> Self {
        Self::NotSent { operation, reason: error.to_string() }
    }

    /// Returns the error for a missing answer after a timeout.
    pub(crate) fn no_answer_within(operation: &'static str, time: std::time::Duration) -> Self {
        let reason = format!("none came within {} s", time.as_secs_f64());
        Self::NoAnswer { operation, sdk: SdkSource::new(reason.clone()), reason }
    }

    /// Returns a required part of an answer, which the SDK leaves empty if it is missing.
    pub(crate) fn required<'a>(operation: &'static str, text: &'a str) -> Result<&'a str, Self> {
        match text.is_empty() {
            false => Ok(text),
            true => Err(Self::Foreign { operation, status: 200, content_type: None, sdk: None }),
        }
    }
}

/// Returns the error and its sources, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(error.source(), |error| error.source());
    sources.fold(error.to_string(), |text, source| format!("{text}: {source}"))
}
