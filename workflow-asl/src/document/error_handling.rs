//! Retriers and catchers: what a state does when it fails.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>

use serde_json::Value;

use super::Form;
use super::node::{PathField, object, object_node};
use crate::limits::{MAX_DELAY_SECONDS, MAX_SECONDS, retrier_default};

object! {
    /// One entry of `Retry`: try again after these errors.
    Retrier {
        "ErrorEquals" error_equals: Vec<String>, Form::ErrorNames, is required, "The error names that it matches.";
        "IntervalSeconds" interval_seconds: Value, Form::Integer { min: 0, max: MAX_SECONDS, expression: false }, default Integer(retrier_default::INTERVAL_SECONDS), "Seconds before the first retry.";
        "MaxAttempts" max_attempts: Value, Form::Integer { min: 0, max: MAX_SECONDS, expression: false }, default Integer(retrier_default::MAX_ATTEMPTS), "How many times it tries again; 0 for never.";
        "BackoffRate" backoff_rate: Value, Form::Number { min: 1.0, max: f64::MAX, expression: false }, default Number(retrier_default::BACKOFF_RATE), "The factor by which each delay is longer than the last.";
        "MaxDelaySeconds" max_delay_seconds: Value, Form::Integer { min: 1, max: MAX_DELAY_SECONDS, expression: false }, "Seconds that no delay exceeds.";
        "JitterStrategy" jitter_strategy: String, Form::Word(&["NONE", "FULL"]), default Text("NONE"), "Whether each delay is random between 0 and its full length.";
        "Comment" comment: String, Form::Text, "A comment for the reader.";
    }
}

object! {
    /// One entry of `Catch`: go on at another state after these errors.
    Catcher {
        "ErrorEquals" error_equals: Vec<String>, Form::ErrorNames, is required, "The error names that it matches.";
        "Next" next: String, Form::StateName, is required, "The state to go on at.";
        "ResultPath" result_path: PathField, Form::ReferencePathOrNull, only JsonPath, instead "Output", default Text("$"), "Where the error output goes in the state's input.";
        "Assign" assign: Value, Form::Template, "The variables to assign from the error output.";
        "Output" output: Value, Form::Computed, only Jsonata, instead "ResultPath", "The next state's input; the error output when absent.";
        "Comment" comment: String, Form::Text, "A comment for the reader.";
    }
}

object_node!(Retrier, Catcher);
