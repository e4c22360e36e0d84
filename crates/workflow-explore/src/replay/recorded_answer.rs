//! The answer of a recorded task and its time.

use std::collections::BTreeSet;
use std::time::Duration;

use workflow_asl::error_name::{HEARTBEAT_TIMEOUT, TIMEOUT};
use workflow_local::TaskError;

use super::noted::Fact;
use super::trace::{Answered, Call, Trace};

/// Returns what is known of the answer of a recorded task, and after which time: the answer came, or the task was stopped or had
/// no answer until then.
pub(super) fn answer_of(
    call: &Call,
    since: impl Fn(u64) -> Duration,
    stopped: Duration,
    is_activity: bool,
) -> (Answered, Duration) {
    let Some((outcome, event)) = &call.outcome else { return (Answered::Stopped, stopped) };
    let after = since(*event);
    // The answer was in time, although the service recorded it later.
    let in_time = |after: Duration| match call.called.timeout.filter(|_| !is_activity) {
        Some(seconds) => after.min(Duration::from_secs(seconds).saturating_sub(Duration::from_millis(1))),
        None => after,
    };
    match outcome {
        Answered::Result(_) | Answered::Error(_) => (outcome.clone(), in_time(after)),
        Answered::TimedOut(error) => {
            let has_limit = call.called.timeout.is_some() || call.called.heartbeat.is_some();
            if !has_limit || is_activity && call.worker.is_none() {
                return (Answered::Error(error.clone()), after);
            }
            let missed = error.error.as_deref() == Some(HEARTBEAT_TIMEOUT);
            let limit = if missed { call.called.heartbeat } else { call.called.timeout };
            let name = if missed { HEARTBEAT_TIMEOUT } else { TIMEOUT };
            let after = after.max(Duration::from_secs(limit.unwrap_or_default()));
            (Answered::TimedOut(TaskError::new(name)), after)
        }
        Answered::Stopped => (Answered::Stopped, stopped),
    }
}

/// Returns the activities that did not exist, by the causes of errors.
pub(super) fn absent_activities(trace: &Trace) -> BTreeSet<String> {
    let causes = trace.noted.iter().filter_map(|noted| match &noted.fact {
        Fact::Failed(error) => error.cause.as_deref(),
        _ => None,
    });
    let named = causes.filter_map(|cause| {
        let (_, rest) = cause.split_once("The activity ")?;
        Some(rest.split_once(" does not exist")?.0.to_owned())
    });
    named.collect()
}
