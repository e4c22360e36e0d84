//! Compiled retriers and catchers, and the errors that they match.

use std::sync::Arc;

use workflow_asl::error_name::{ALL, DATA_LIMIT_EXCEEDED, HEARTBEAT_TIMEOUT, RUNTIME, TASK_FAILED, TIMEOUT};

use super::{ResultPlace, StateId};
use crate::query::assignment::Assignment;
use crate::query::template::Template;

#[derive(Clone, Debug)]
pub(crate) struct Retrier {
    pub(crate) errors: ErrorNames,
    pub(crate) interval_seconds: f64,
    pub(crate) max_attempts: u64,
    pub(crate) backoff_rate: f64,
    pub(crate) max_delay_seconds: f64,
    pub(crate) full_jitter: bool,
}

impl Retrier {
    /// Returns the seconds before the retry after `used` retries, without jitter.
    pub(crate) fn delay_seconds(&self, used: u64) -> f64 {
        let exponent = i32::try_from(used).unwrap_or(i32::MAX);
        (self.interval_seconds * self.backoff_rate.powi(exponent)).min(self.max_delay_seconds)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Catcher {
    pub(crate) errors: ErrorNames,
    pub(crate) next: StateId,
    pub(crate) result_path: ResultPlace,
    pub(crate) output: Option<Template>,
    pub(crate) assign: Option<Assignment>,
}

/// The names of an `ErrorEquals`.
#[derive(Clone, Debug)]
pub(crate) struct ErrorNames(pub(crate) Vec<Arc<str>>);

impl ErrorNames {
    /// Returns whether they match an error. `missed_heartbeat` marks timeouts that `States.HeartbeatTimeout` matches
    /// too.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>
    pub(crate) fn matches(&self, error: Option<&str>, missed_heartbeat: bool) -> bool {
        if error == Some(RUNTIME) {
            return false;
        }
        self.0.iter().any(|name| match &**name {
            // According to AWS's documentation it does not match States.DataLimitExceeded; recordings show that it
            // does.
            ALL => true,
            TASK_FAILED => error != Some(TIMEOUT) && error != Some(DATA_LIMIT_EXCEEDED),
            HEARTBEAT_TIMEOUT if missed_heartbeat => true,
            name => error == Some(name),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(names: &[&str], error: Option<&str>, missed_heartbeat: bool) -> bool {
        ErrorNames(names.iter().map(|name| (*name).into()).collect()).matches(error, missed_heartbeat)
    }

    #[test]
    fn wildcards_leave_out_what_aws_leaves_out() {
        for (names, error, expected) in [
            (&["States.ALL"][..], Some("Any"), true),
            (&["States.ALL"], None, true),
            (&["States.ALL"], Some("States.Timeout"), true),
            (&["States.ALL"], Some("States.DataLimitExceeded"), true),
            (&["States.ALL", "States.Runtime"], Some("States.Runtime"), false),
            (&["States.TaskFailed"], Some("Any"), true),
            (&["States.TaskFailed"], None, true),
            (&["States.TaskFailed"], Some("States.Timeout"), false),
            (&["States.DataLimitExceeded"], Some("States.DataLimitExceeded"), true),
            (&["Any"], Some("any"), false),
            (&["Any"], None, false),
        ] {
            assert_eq!(matches(names, error, false), expected, "{names:?} {error:?}");
        }
        assert!(matches(&["States.HeartbeatTimeout"], Some("States.Timeout"), true));
        assert!(!matches(&["States.HeartbeatTimeout"], Some("States.Timeout"), false));
    }
}
