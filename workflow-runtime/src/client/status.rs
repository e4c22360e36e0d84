//! The status of an execution, and the times that the service gives.

use std::fmt;
use std::time::SystemTime;

use aws_sdk_sfn::primitives::DateTime;
use aws_sdk_sfn::types::ExecutionStatus;

/// The status of an execution.
///
/// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Status {
    /// It has not ended.
    Running,
    /// It ended with an output.
    Succeeded,
    /// It ended with an error.
    Failed,
    /// It ran longer than its timeout.
    TimedOut,
    /// Someone stopped it.
    Aborted,
    /// It waits for a redrive of its map run.
    PendingRedrive,
    /// A status that this version does not know. The SDK's answer has its name. As a filter, AWS refuses it.
    Unknown,
}

impl Status {
    /// Returns the name in the Step Functions API, such as `TIMED_OUT`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted => "ABORTED",
            Self::PendingRedrive => "PENDING_REDRIVE",
            Self::Unknown => "UNKNOWN",
        }
    }

    pub(super) fn of(status: &ExecutionStatus) -> Self {
        match status {
            ExecutionStatus::Running => Self::Running,
            ExecutionStatus::Succeeded => Self::Succeeded,
            ExecutionStatus::Failed => Self::Failed,
            ExecutionStatus::TimedOut => Self::TimedOut,
            ExecutionStatus::Aborted => Self::Aborted,
            ExecutionStatus::PendingRedrive => Self::PendingRedrive,
            _ => Self::Unknown,
        }
    }

    pub(super) fn filter(self) -> ExecutionStatus {
        ExecutionStatus::from(self.as_str())
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Returns a time of the service. A time that the system cannot represent is the start of 1970.
pub(super) fn time(time: &DateTime) -> SystemTime {
    SystemTime::try_from(*time).unwrap_or(SystemTime::UNIX_EPOCH)
}
