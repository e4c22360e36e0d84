//! Why a state cannot be tested: what the service would refuse, and what only this engine lacks.

use crate::error::{DefinitionError, RunError};

/// Why a state cannot be tested. A state that fails is not one of these.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TestStateError {
    /// The definition has errors.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// The input is not JSON or too large, or nothing stands for the task.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The service refuses the request, with these words.
    #[error("{message}")]
    Refused {
        /// The error's code in the API, such as `ValidationException`.
        code: &'static str,
        /// What is wrong.
        message: String,
    },
}

impl TestStateError {
    /// Returns the error's code in the API; `None` for what the API does not know.
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
