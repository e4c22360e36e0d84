//! The error names that ASL reserves (`States.…`).
//!
//! Source: <https://states-language.net/#appendix-a> and
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>.

/// The prefix of reserved names, which a task's own errors must not have.
pub const PREFIX: &str = "States.";

/// The members of a catcher's error output, sorted. Each may be absent:
/// <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-fallback-states>.
pub const ERROR_OUTPUT: [&str; 2] = ["Cause", "Error"];

/// Matches every error except [`RUNTIME`] and [`DATA_LIMIT_EXCEEDED`]; must be alone and last.
pub const ALL: &str = "States.ALL";
/// A task failed; in a retrier or catcher, any error except [`TIMEOUT`].
pub const TASK_FAILED: &str = "States.TaskFailed";
/// A task or execution exceeded its time limit, or missed a heartbeat.
pub const TIMEOUT: &str = "States.Timeout";
/// A task missed its heartbeat.
pub const HEARTBEAT_TIMEOUT: &str = "States.HeartbeatTimeout";
/// The role lacks a permission that the task needs.
pub const PERMISSIONS: &str = "States.Permissions";
/// A payload is over 256 KiB.
pub const DATA_LIMIT_EXCEEDED: &str = "States.DataLimitExceeded";
/// The execution cannot continue: never caught, never retried.
pub const RUNTIME: &str = "States.Runtime";
/// A payload template's path found nothing (the service raises [`RUNTIME`]).
pub const PARAMETER_PATH_FAILURE: &str = "States.ParameterPathFailure";
/// `ResultPath` cannot be applied to the state's input.
pub const RESULT_PATH_MATCH_FAILURE: &str = "States.ResultPathMatchFailure";
/// An intrinsic function failed (the service raises [`RUNTIME`], as recorded since 2026).
pub const INTRINSIC_FAILURE: &str = "States.IntrinsicFailure";
/// No rule of a choice matched and there is no default (the service raises [`RUNTIME`]).
pub const NO_CHOICE_MATCHED: &str = "States.NoChoiceMatched";
/// A branch of a parallel failed.
pub const BRANCH_FAILED: &str = "States.BranchFailed";
/// More items of a map failed than it tolerates.
pub const EXCEED_TOLERATED_FAILURE_THRESHOLD: &str = "States.ExceedToleratedFailureThreshold";
/// A map's item reader could not read its source.
pub const ITEM_READER_FAILED: &str = "States.ItemReaderFailed";
/// A map's result writer could not write.
pub const RESULT_WRITER_FAILED: &str = "States.ResultWriterFailed";
/// A JSONata expression failed.
pub const QUERY_EVALUATION_ERROR: &str = "States.QueryEvaluationError";
/// An HTTP task's connection failed.
pub const HTTP_SOCKET: &str = "States.Http.Socket";
/// The prefix of an HTTP task's status errors (`States.Http.StatusCode.429`).
pub const HTTP_STATUS_PREFIX: &str = "States.Http.StatusCode.";

/// The words in the cause of a [`RUNTIME`] error of an intrinsic function that got a value which it does not take.
pub const INTRINSIC_CAUSE: &str = "There was an error while evaluating the intrinsic function: ";

/// All reserved names except the HTTP status errors.
pub const RESERVED: &[&str] = &[
    ALL,
    TASK_FAILED,
    TIMEOUT,
    HEARTBEAT_TIMEOUT,
    PERMISSIONS,
    DATA_LIMIT_EXCEEDED,
    RUNTIME,
    PARAMETER_PATH_FAILURE,
    RESULT_PATH_MATCH_FAILURE,
    INTRINSIC_FAILURE,
    NO_CHOICE_MATCHED,
    BRANCH_FAILED,
    EXCEED_TOLERATED_FAILURE_THRESHOLD,
    ITEM_READER_FAILED,
    RESULT_WRITER_FAILED,
    QUERY_EVALUATION_ERROR,
    HTTP_SOCKET,
];

/// The names that no retrier or catcher matches.
pub const NEVER_CAUGHT: &[&str] = &[RUNTIME];

/// The names of the specification for which the service raises [`RUNTIME`].
pub const NEVER_RAISED: &[&str] = &[PARAMETER_PATH_FAILURE, INTRINSIC_FAILURE, NO_CHOICE_MATCHED];

/// The prefixes of Lambda's own names for failures of a function, such as running out of time or memory.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html> and the errors in functions' logs.
pub const LAMBDA_RUNTIME: &[&str] = &["Sandbox.", "Runtime.", "Extension.", "Function."];

/// The failures of Lambda itself, after which a call succeeds when it is tried again. AWS recommends a retrier for them.
///
/// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception>
pub const LAMBDA_TRANSIENT: &[&str] = &[
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.TooManyRequestsException",
];

/// Returns the reserved name that was probably meant by a name with a misspelt prefix: `State.ALL`, `states.ALL`.
///
/// ```
/// assert_eq!(workflow_asl::error_name::misspelt("State.ALL"), Some("States.ALL"));
/// assert_eq!(workflow_asl::error_name::misspelt("State.OutOfStock"), None);
/// ```
pub fn misspelt(name: &str) -> Option<&'static str> {
    let (before, after) = name.split_once('.')?;
    let alike = before.eq_ignore_ascii_case("state") || before.eq_ignore_ascii_case("states");
    let meant = |reserved: &&str| reserved.strip_prefix(PREFIX).is_some_and(|rest| rest.eq_ignore_ascii_case(after));
    RESERVED.iter().copied().find(meant).filter(|_| alike && !name.starts_with(PREFIX))
}

/// Returns whether [`TASK_FAILED`] certainly matches an error of this name: one of a task's own, or of calling it.
pub fn is_task_failure(name: &str) -> bool {
    !name.starts_with(PREFIX) || name == PERMISSIONS || name == HTTP_SOCKET || name.starts_with(HTTP_STATUS_PREFIX)
}
