//! The body of a request, limited in size and time. The bodies that are being read are limited in size together.

use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};

use super::share::{PATIENCE, Share};
use crate::api::{ApiError, Code};
use crate::limits::BODY_BYTES;

/// How many bytes of a request that is too large are read before its connection is closed.
const DISCARDED_BYTES: usize = 64 * 1024 * 1024;

/// The maximum size of a body that is read at once. Those of all connections together need little memory.
const SMALL_BYTES: usize = 16 * 1024;

/// Reads bodies.
pub(crate) struct Bodies {
    memory: Share,
    time: Duration,
}

impl Bodies {
    /// Larger bodies have this many bytes together, and each has a time limit.
    pub(crate) fn new(bytes: usize, time: Duration) -> Self {
        Self { memory: Share::new(bytes), time }
    }

    /// Reads a body.
    pub(super) async fn read(&self, body: Incoming) -> Result<Vec<u8>, ApiError> {
        let late = |why: &str| {
            let message = format!("the body of the request did not come within {why}");
            Err(ApiError::new(Code::RequestTimeout, message))
        };
        let most = body.size_hint().upper().and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(BODY_BYTES);
        let reading = async {
            if most <= SMALL_BYTES {
                return read_all(body).await;
            }
            let part = u32::try_from(most.min(BODY_BYTES)).unwrap_or(u32::MAX);
            let _part = self.memory.take(part).await;
            let asked = async {
                tokio::time::sleep(PATIENCE).await;
                self.memory.wanted().await;
            };
            tokio::select! {
                read = read_all(body) => read,
                () = asked => late("1 s, while other requests wait for its memory"),
            }
        };
        let read = tokio::time::timeout(self.time, reading).await;
        read.unwrap_or_else(|_| late(&format!("{} s", self.time.as_secs_f64())))
    }
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
