//! What the server tells others of executions, unasked: events to a URL, and logs. Both are off unless they are asked for, and
//! best effort: when a receiver is slow, what is too much is dropped.

mod events;
mod express_logs;

pub(crate) use events::Events;
pub(crate) use express_logs::ExpressLogs;
