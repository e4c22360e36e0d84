//! Notifications about executions: events to a URL, and logs. Both are off by default and best effort: if a receiver is
//! slow, excess messages are dropped.

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
