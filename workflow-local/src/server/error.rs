//! The API's errors: an HTTP status, a code and a message, as AWS's JSON protocol writes them.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An error that the caller gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ApiError {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl ApiError {
    /// An error of the API's model; those have status 400.
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, message: message.into() }
    }

    /// What a member of the request breaks: a constraint of the API's model.
    pub(super) fn constraint(value: Option<&str>, member: &str, constraint: &str) -> Self {
        // Members with payloads are sensitive, and their values are not repeated.
        let value = value.map_or_else(String::new, |value| format!(" {value}"));
        Self::new(
            "ValidationException",
            format!(
                "1 validation error detected: Value{value} at '{member}' failed to satisfy constraint: Member must {constraint}"
            ),
        )
    }

    pub(super) fn machine_does_not_exist(arn: &str) -> Self {
        Self::new("StateMachineDoesNotExist", format!("State Machine Does Not Exist: '{arn}'"))
    }

    pub(super) fn execution_does_not_exist(arn: &str) -> Self {
        Self::new("ExecutionDoesNotExist", format!("Execution Does Not Exist: '{arn}'"))
    }

    pub(super) fn invalid_arn(why: impl std::fmt::Display) -> Self {
        Self::new("InvalidArn", format!("Invalid Arn: '{why}'"))
    }

    pub(super) fn type_not_supported() -> Self {
        Self::new("StateMachineTypeNotSupported", "This operation is not supported by this type of state machine")
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({"__type": self.code, "message": self.message}).to_string();
        (self.status, body).into_response()
    }
}
