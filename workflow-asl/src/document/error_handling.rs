//! Retriers and catchers: what a state does when it fails.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>

use serde_json::Value;

use super::Form;
use super::node::{PathField, object, object_node};
use crate::limits::{MAX_DELAY_SECONDS, MAX_SECONDS};

object! {
    /// One entry of `Retry`: try again after these errors.
    Retrier {
        "ErrorEquals" error_equals: Vec<String>, Form::ErrorNames, "The error names that it matches.";
        "IntervalSeconds" interval_seconds: Value, Form::Integer { min: 0, max: MAX_SECONDS, expression: false }, "Seconds before the first retry; 1 when absent.";
        "MaxAttempts" max_attempts: Value, Form::Integer { min: 0, max: MAX_SECONDS, expression: false }, "How many times it tries again; 3 when absent, 0 for never.";
        "BackoffRate" backoff_rate: Value, Form::Number { min: 1.0, max: f64::MAX, expression: false }, "The factor by which each delay is longer than the last; 2.0 when absent.";
        "MaxDelaySeconds" max_delay_seconds: Value, Form::Integer { min: 1, max: MAX_DELAY_SECONDS, expression: false }, "Seconds that no delay exceeds.";
        "JitterStrategy" jitter_strategy: String, Form::Word(&["NONE", "FULL"]), "Whether each delay is random between 0 and its full length.";
        "Comment" comment: String, Form::Text, "A comment for the reader.";
    }
}

object! {
    /// One entry of `Catch`: go on at another state after these errors.
    Catcher {
        "ErrorEquals" error_equals: Vec<String>, Form::ErrorNames, "The error names that it matches.";
        "Next" next: String, Form::StateName, "The state to go on at.";
        "ResultPath" result_path: PathField, Form::ReferencePathOrNull, only JsonPath, "Where the error output goes in the state's input; `$` when absent.";
        "Assign" assign: Value, Form::Template, "The variables to assign from the error output.";
        "Output" output: Value, Form::Computed, only Jsonata, "The next state's input; the error output when absent.";
        "Comment" comment: String, Form::Text, "A comment for the reader.";
    }
}

object_node!(Retrier, Catcher);
