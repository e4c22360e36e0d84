//! Whether the server can store data.

use crate::api::{ApiError, Code};

/// Whether a server with `Builder::data` can store data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreState {
    /// It can.
    #[default]
    Writes,
    /// A commit failed, for this reason: the disk is full, for example. Clients are refused until a later attempt
    /// succeeds.
    Fails(String),
    /// Nothing will be stored any more, for this reason. Restart the server.
    Ended(String),
}

impl StoreState {
    /// Returns the error of requests in this state.
    pub(crate) fn error(&self) -> Option<ApiError> {
        match self {
            Self::Writes => None,
            Self::Fails(why) | Self::Ended(why) => {
                let message = format!("the server cannot write its data: {why}");
                Some(ApiError::new(Code::InternalServerError, message))
            }
        }
    }

    /// Like [`error`](Self::error), if no later state can be better.
    pub(crate) fn end(&self) -> Option<ApiError> {
        if let Self::Ended(_) = self { self.error() } else { None }
    }
}
