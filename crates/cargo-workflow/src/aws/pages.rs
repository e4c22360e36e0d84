//! Listings that end early: at a limit, or at a page that cannot be read.

use std::process::ExitCode;

use workflow_runtime::client::Error;

use super::{Connect, failure};
use crate::report;

/// Why a listing ended.
pub(super) enum End {
    /// Everything was read.
    Complete,
    /// There is more than the limit.
    Limit,
    /// The next page could not be read.
    Failed(Error),
}

/// Reads entries up to the limit. What was read before an error is kept.
///
/// # Errors
/// Fails if nothing could be read.
pub(super) async fn read<T>(
    limit: usize,
    mut next: impl AsyncFnMut() -> Result<Option<T>, Error>,
) -> Result<(Vec<T>, End), Error> {
    let mut items = Vec::new();
    loop {
        match next().await {
            Ok(Some(item)) if items.len() < limit => items.push(item),
            Ok(None) => return Ok((items, End::Complete)),
            Err(error) if items.is_empty() => return Err(error),
            Err(error) if items.len() < limit => return Ok((items, End::Failed(error))),
            Ok(Some(_)) | Err(_) => return Ok((items, End::Limit)),
        }
    }
}

impl End {
    /// Returns the exit code of a listing, and prints the error that ended it.
    pub(super) fn code(&self, connect: &Connect) -> ExitCode {
        match self {
            Self::Complete | Self::Limit => ExitCode::SUCCESS,
            Self::Failed(error) => {
                failure::print(error, connect);
                report::note("the output is incomplete: it ends where the error occurred");
                ExitCode::from(failure::INCOMPLETE)
            }
        }
    }
}
