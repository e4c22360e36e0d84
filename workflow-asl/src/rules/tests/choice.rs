//! The rules of choice states.

use super::*;

#[test]
fn choices() {
    let rule = |rule: Value| choice(rule);
    let at = "/States/S/Choices/0";
    expect(&[
        (rule(json!({"Variable": "$.x", "IsNull": true})), &[(Code::MissingField, at)]),
        (rule(json!({"Next": "T"})), &[(Code::MissingField, at)]),
        (rule(json!({"Variable": "$.x", "Next": "T"})), &[(Code::MissingField, at)]),
        (
            rule(json!({"Variable": "$.x", "IsNull": true, "IsString": true, "Next": "T"})),
            &[(Code::ExclusiveFields, at)],
        ),
        (
            rule(json!({"Variable": "$.x", "IsNull": true, "And": [{"Variable": "$.y", "IsNull": true}], "Next": "T"})),
            &[(Code::ExclusiveFields, at)],
        ),
        (
            rule(json!({"Variable": "$.x", "StringEqual": "a", "Next": "T"})),
            &[(Code::UnknownField, "/States/S/Choices/0/StringEqual"), (Code::MissingField, at)],
        ),
        (rule(json!({"And": [], "Next": "T"})), &[(Code::EmptyList, "/States/S/Choices/0/And")]),
        (
            rule(json!({"Or": [{"Variable": "$.x", "IsNull": true, "Next": "T"}], "Next": "T"})),
            &[(Code::UnknownField, "/States/S/Choices/0/Or/0/Next")],
        ),
        (
            rule(json!({"Variable": "$.x", "NumericEquals": "1", "Next": "T"})),
            &[(Code::WrongType, "/States/S/Choices/0/NumericEquals")],
        ),
        (
            rule(json!({"Variable": "$.x", "StringEqualsPath": 1, "Next": "T"})),
            &[(Code::WrongType, "/States/S/Choices/0/StringEqualsPath")],
        ),
        (
            rule(json!({"Variable": "$.x", "BooleanEquals": "true", "Next": "T"})),
            &[(Code::WrongType, "/States/S/Choices/0/BooleanEquals")],
        ),
        (
            rule(json!({"Variable": "$.x", "TimestampEquals": "noon", "Next": "T"})),
            &[(Code::BadTimestamp, "/States/S/Choices/0/TimestampEquals")],
        ),
        (
            rule(json!({"Variable": "x", "IsNull": true, "Next": "T"})),
            &[(Code::BadJsonPath, "/States/S/Choices/0/Variable")],
        ),
    ]);
}
