//! The body of a request, limited in size and time.

use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};

use crate::api::{ApiError, Code};

/// The maximum size of a request: a definition of 1 MiB, escaped as a JSON string, and the rest.
const BODY_BYTES: usize = 4 * 1024 * 1024;

/// How many bytes of a request that is too large are read before its connection is closed.
const DISCARDED_BYTES: usize = 64 * 1024 * 1024;

/// Reads a body, with a time limit.
pub(crate) async fn read(body: Incoming, time: Duration) -> Result<Vec<u8>, ApiError> {
    tokio::time::timeout(time, read_all(body)).await.unwrap_or_else(|_| {
        let message = format!("the body of the request did not come within {} s", time.as_secs_f64());
        Err(ApiError::new(Code::RequestTimeout, message))
    })
}

/// Reads a body. A body that is too large is read further and discarded, within a limit, so that the client can read
/// the answer.
async fn read_all(mut body: Incoming) -> Result<Vec<u8>, ApiError> {
    let told = usize::try_from(body.size_hint().lower()).unwrap_or(BODY_BYTES);
    let (mut bytes, mut length) = (Vec::with_capacity(told.min(BODY_BYTES)), 0_usize);
    while length <= DISCARDED_BYTES
        && let Some(frame) = body.frame().await
    {
        let frame = frame.map_err(|error| {
            ApiError::new(Code::Serialization, format!("the request's body could not be read: {error}"))
        })?;
        let Ok(data) = frame.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length <= BODY_BYTES {
            bytes.extend_from_slice(&data);
        }
    }
    if length > BODY_BYTES {
        let message = format!("the request has more than {BODY_BYTES} bytes");
        return Err(ApiError::new(Code::RequestTooLarge, message));
    }
    Ok(bytes)
}
