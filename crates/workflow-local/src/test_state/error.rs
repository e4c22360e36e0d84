//! The reasons why a state cannot be tested: the service's errors, and limits of this engine.

use crate::error::{DefinitionError, RunError};

/// The error of a state that cannot be tested. A state that fails is not such an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TestStateError {
    /// The definition has errors.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// The input is not JSON or too large, or the task has no handler.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The service rejects the request with this message.
    #[error("{message}")]
    Refused {
        /// The error's code in the API, such as `ValidationException`.
        code: &'static str,
        /// The message.
        message: String,
    },
}

impl TestStateError {
    /// Returns the error's code in the API; `None` if the API has none.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { code, .. } => Some(code),
            Self::Definition(_) => Some("InvalidDefinition"),
            Self::Run(_) => None,
        }
    }

    pub(super) fn validation(message: impl Into<String>) -> Self {
        Self::Refused { code: "ValidationException", message: message.into() }
    }
}
