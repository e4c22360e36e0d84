//! Retriers and catchers.

use super::*;

#[test]
fn retriers_and_catchers() {
    let retry = |retry: Value| task(json!({"Retry": retry}));
    expect(&[
        (retry(json!([{"MaxAttempts": 1}])), &[(Code::MissingField, "/States/S/Retry/0")]),
        (retry(json!([{"ErrorEquals": []}])), &[(Code::EmptyList, "/States/S/Retry/0/ErrorEquals")]),
        (
            retry(json!([{"ErrorEquals": ["a", "States.ALL"]}])),
            &[(Code::StatesAllPlacement, "/States/S/Retry/0/ErrorEquals/1")],
        ),
        (
            retry(json!([{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["a"]}])),
            &[(Code::StatesAllPlacement, "/States/S/Retry/0/ErrorEquals/0")],
        ),
        (
            retry(json!([{"ErrorEquals": ["States.Timeuot"]}])),
            &[(Code::UnknownErrorName, "/States/S/Retry/0/ErrorEquals/0")],
        ),
        (
            retry(json!([{"ErrorEquals": ["States.TaskFaild", "E"]}])),
            &[(Code::UnknownErrorName, "/States/S/Retry/0/ErrorEquals/0")],
        ),
        (
            retry(json!([{"ErrorEquals": ["E"], "BackoffRate": 0.5}])),
            &[(Code::NumberOutOfRange, "/States/S/Retry/0/BackoffRate")],
        ),
        (
            retry(json!([{"ErrorEquals": ["E"], "MaxAttempts": -1}])),
            &[(Code::NumberOutOfRange, "/States/S/Retry/0/MaxAttempts")],
        ),
        (
            retry(json!([{"ErrorEquals": ["E"], "IntervalSeconds": 1.5}])),
            &[(Code::WrongType, "/States/S/Retry/0/IntervalSeconds")],
        ),
        (
            retry(json!([{"ErrorEquals": ["E"], "JitterStrategy": "HALF"}])),
            &[(Code::NotAllowedValue, "/States/S/Retry/0/JitterStrategy")],
        ),
        (task(json!({"Catch": [{"ErrorEquals": ["E"]}]})), &[(Code::MissingField, "/States/S/Catch/0")]),
        (
            task(json!({"Catch": [{"ErrorEquals": ["E"], "Next": "Gone"}]})),
            &[(Code::UnknownTarget, "/States/S/Catch/0/Next")],
        ),
    ]);
}
