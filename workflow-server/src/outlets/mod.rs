//! What the server tells others of executions, unasked: events to a URL, and logs. Both are off unless they are asked for, and
//! best effort: when a receiver is slow, what is too much is dropped.

mod events;
mod express_logs;
#[cfg(feature = "trace")]
mod traces;

pub(crate) use events::Events;
pub(crate) use express_logs::ExpressLogs;
#[cfg(feature = "trace")]
pub(crate) use traces::Traces;
#[cfg(feature = "trace")]
pub use traces::post_trace;
