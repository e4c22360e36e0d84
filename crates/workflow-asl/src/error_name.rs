//! The error names that ASL reserves (`States.…`).
//!
//! Source: <https://states-language.net/#appendix-a> and
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>.

/// The prefix of reserved names, which a task's own errors must not have.
pub const PREFIX: &str = "States.";

/// The members of a catcher's error output, sorted. Each may be absent:
/// <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-fallback-states>.
pub const ERROR_OUTPUT: [&str; 2] = ["Cause", "Error"];

macro_rules! reserved {
    ($($name:ident $text:literal $doc:literal;)*) => {
        $( #[doc = $doc] pub const $name: &str = $text; )*

        /// All reserved names except the HTTP status errors.
        pub const RESERVED: &[&str] = &[$($name),*];

        /// Returns the description of a reserved name.
        pub fn doc(name: &str) -> Option<&'static str> {
            match name {
                $( $name => Some($doc), )*
                _ => None,
            }
        }
    };
}

reserved! {
    ALL "States.ALL" "Matches every error except `States.Runtime`; must be alone and last.";
    TASK_FAILED "States.TaskFailed" "A task failed; in a retrier or catcher, any error except `States.Timeout`.";
    TIMEOUT "States.Timeout" "A task or execution exceeded its time limit, or missed a heartbeat.";
    HEARTBEAT_TIMEOUT "States.HeartbeatTimeout" "A task missed its heartbeat.";
    PERMISSIONS "States.Permissions" "The role lacks a permission that the task needs.";
    DATA_LIMIT_EXCEEDED "States.DataLimitExceeded" "A payload is over 256 KiB.";
    RUNTIME "States.Runtime" "The execution cannot continue: never caught, never retried.";
    PARAMETER_PATH_FAILURE "States.ParameterPathFailure" "A payload template's path found nothing (the service raises `States.Runtime`).";
    RESULT_PATH_MATCH_FAILURE "States.ResultPathMatchFailure" "`ResultPath` cannot be applied to the state's input.";
    INTRINSIC_FAILURE "States.IntrinsicFailure" "An intrinsic function failed (the service raises `States.Runtime`, as recorded since 2026).";
    NO_CHOICE_MATCHED "States.NoChoiceMatched" "No rule of a choice matched and there is no default (the service raises `States.Runtime`).";
    BRANCH_FAILED "States.BranchFailed" "A branch of a parallel failed.";
    EXCEED_TOLERATED_FAILURE_THRESHOLD "States.ExceedToleratedFailureThreshold" "More items of a map failed than it tolerates.";
    ITEM_READER_FAILED "States.ItemReaderFailed" "A map's item reader could not read its source.";
    RESULT_WRITER_FAILED "States.ResultWriterFailed" "A map's result writer could not write.";
    QUERY_EVALUATION_ERROR "States.QueryEvaluationError" "A JSONata expression failed.";
    HTTP_SOCKET "States.Http.Socket" "An HTTP task's connection failed.";
}

/// The prefix of an HTTP task's status errors (`States.Http.StatusCode.429`).
pub const HTTP_STATUS_PREFIX: &str = "States.Http.StatusCode.";

/// The words in the cause of a [`RUNTIME`] error of an intrinsic function that got a value which it does not take.
pub const INTRINSIC_CAUSE: &str = "There was an error while evaluating the intrinsic function: ";

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
