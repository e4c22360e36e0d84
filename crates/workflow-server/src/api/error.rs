//! Errors of the API: a code and a message, in AWS's JSON protocol.

use std::fmt;

use serde_json::json;

use super::Code;

/// An error that the client receives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) code: Code,
    pub(crate) message: String,
    /// The reason of a `ValidationException`, if the API has one.
    reason: Option<&'static str>,
}

impl ApiError {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), reason: None }
    }

    /// Sets the reason of a `ValidationException`.
    pub(crate) fn because(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    pub(crate) fn machine_does_not_exist(arn: &str) -> Self {
        Self::new(Code::StateMachineDoesNotExist, format!("State Machine Does Not Exist: '{arn}'"))
    }

    pub(crate) fn execution_does_not_exist(arn: &str) -> Self {
        Self::new(Code::ExecutionDoesNotExist, format!("Execution Does Not Exist: '{arn}'"))
    }

    /// Returns the error of a request about something whose record is damaged.
    pub(crate) fn damaged(arn: &str, why: &str) -> Self {
        Self::new(Code::InternalServerError, format!("the record of {arn} cannot be used: {why}"))
    }

    pub(crate) fn invalid_arn(why: impl fmt::Display) -> Self {
        Self::new(Code::InvalidArn, format!("Invalid Arn: '{why}'"))
    }

    pub(crate) fn type_not_supported() -> Self {
        Self::new(Code::StateMachineTypeNotSupported, "This operation is not supported by this type of state machine")
    }

    /// Returns the body of the answer.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        let mut body = json!({"__type": self.code.name(), "message": self.message});
        if let Some(reason) = self.reason {
            body["reason"] = json!(reason);
        }
        body.to_string().into_bytes()
    }
}
