//! Retriers and catchers: what a state does when it fails.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>

use serde_json::Value;

use super::Form;
use super::node::{PathField, object, object_node};
use crate::limits::{MAX_DELAY_SECONDS, MAX_SECONDS, retrier_default};

object! {
    /// An entry of `Retry`: retries the state after these errors.
    Retrier {
        "ErrorEquals" error_equals: Vec<String>, Form::ErrorNames, is required, "The error names that it matches.";
        "IntervalSeconds" interval_seconds: Value, Form::Integer { min: 0, max: MAX_SECONDS, expression: false }, default Integer(retrier_default::INTERVAL_SECONDS), "Seconds before the first retry.";
        "MaxAttempts" max_attempts: Value, Form::Integer { min: 0, max: MAX_SECONDS, expression: false }, default Integer(retrier_default::MAX_ATTEMPTS), "The maximum number of retries; 0 for none.";
        "BackoffRate" backoff_rate: Value, Form::Number { min: 1.0, max: f64::MAX, expression: false }, default Number(retrier_default::BACKOFF_RATE), "The factor between successive delays.";
        "MaxDelaySeconds" max_delay_seconds: Value, Form::Integer { min: 1, max: MAX_DELAY_SECONDS, expression: false }, "The maximum delay in seconds.";
        "JitterStrategy" jitter_strategy: String, Form::Word(&["NONE", "FULL"]), default Text("NONE"), "Whether delays are random between 0 and their full length.";
        "Comment" comment: String, Form::Text, "A comment for the reader.";
    }
}

object! {
    /// An entry of `Catch`: continues at another state after these errors.
    Catcher {
        "ErrorEquals" error_equals: Vec<String>, Form::ErrorNames, is required, "The error names that it matches.";
        "Next" next: String, Form::StateName, is required, "The next state.";
        "ResultPath" result_path: PathField, Form::ReferencePathOrNull, only JsonPath, instead "Output", default Text("$"), "Where the error output goes in the state's input.";
        "Assign" assign: Value, Form::Template, "The variables to assign from the error output.";
        "Output" output: Value, Form::Computed, only Jsonata, instead "ResultPath", "The next state's input; the error output by default.";
        "Comment" comment: String, Form::Text, "A comment for the reader.";
    }
}

object_node!(Retrier, Catcher);
