//! The service's quotas and numeric ranges.
//!
//! Source: <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>.

/// Characters of a state name.
pub const STATE_NAME_CHARS: usize = 80;
/// Characters of a state machine, execution or activity name.
pub const RESOURCE_NAME_CHARS: usize = 80;
/// Characters of a variable name.
pub const VARIABLE_NAME_CHARS: usize = 80;
/// Characters of a distributed map's label.
pub const LABEL_CHARS: usize = 40;
/// Characters of a definition (1 MiB).
pub const DEFINITION_CHARS: usize = 1_048_576;
/// Bytes of UTF-8 of a task's or state's or execution's input or output, and of one variable.
pub const PAYLOAD_BYTES: usize = 262_144;
/// Bytes of an item that a distributed map reads, before its `ItemSelector`.
pub const ITEM_BYTES: usize = 8 * 1024 * 1024;
/// Bytes of an object that an item reader reads.
pub const READ_OBJECT_BYTES: u64 = 10 * 1024 * 1024 * 1024;
/// Bytes of a CSV object's header.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html>
pub const CSV_HEADER_BYTES: usize = 10 * 1024;
/// Bytes of all variables of one execution.
pub const VARIABLES_BYTES: usize = 10_485_760;
/// Events of a Standard execution's history; the last of them is the failure. Express executions have no such limit.
pub const HISTORY_EVENTS: usize = 25_000;
/// Characters of an execution's error name.
pub const ERROR_CHARS: usize = 256;
/// Characters of an execution's cause.
pub const CAUSE_CHARS: usize = 32_768;
/// Largest value of the fields that count seconds, and of `MaxAttempts`.
pub const MAX_SECONDS: u64 = 99_999_999;
/// Largest `MaxDelaySeconds` of a retrier (a year and a day).
pub const MAX_DELAY_SECONDS: u64 = 31_622_400;
/// Seconds that a Standard execution may last (a year).
pub const STANDARD_EXECUTION_SECONDS: u64 = 31_536_000;
/// Seconds that an Express execution may last.
pub const EXPRESS_EXECUTION_SECONDS: u64 = 300;
/// Seconds that an invocation of a Lambda function may last.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
pub const LAMBDA_SECONDS: u64 = 900;
/// Iterations that an inline map runs at once.
pub const INLINE_MAP_CONCURRENCY: usize = 40;
/// Child executions that a distributed map runs at once.
pub const DISTRIBUTED_MAP_CONCURRENCY: usize = 10_000;
/// How deep calls of intrinsic functions may nest.
pub const INTRINSIC_DEPTH: usize = 10;
/// Items of a `States.ArrayRange`.
pub const ARRAY_RANGE_ITEMS: usize = 1_000;
/// Maximum characters of arguments of `States.Hash` and the Base64 functions.
pub const INTRINSIC_TEXT_CHARS: usize = 10_000;

/// The defaults of a retrier's fields.
pub mod retrier_default {
    /// `IntervalSeconds`, in seconds.
    pub const INTERVAL_SECONDS: u64 = 1;
    /// `MaxAttempts`: the number of retries.
    pub const MAX_ATTEMPTS: u64 = 3;
    /// `BackoffRate`: the factor from one delay to the next.
    pub const BACKOFF_RATE: f64 = 2.0;
}
