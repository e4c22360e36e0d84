//! Tests the rules on choice states.

use super::*;
use workflow_cases::every;

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

#[test]
fn choices_without_default() {
    let rules = |rules: Value| {
        let mut rules = rules;
        for rule in rules.as_array_mut().unwrap() {
            rule["Next"] = "T".into();
        }
        one(json!({"Type": "Choice", "Choices": rules}))
    };
    let test = |flag: bool| json!({"Variable": "$.x", "IsPresent": flag});
    let equals = json!({"Variable": "$.x", "StringEquals": "a"});
    let warned: &[(Code, &str)] = &[(Code::NoDefault, "/States/S")];
    let exists = json!({"Condition": "{% $exists($states.input.x) %}"});
    expect(&[
        (rules(json!([test(true)])), warned),
        (rules(json!([test(true), test(true)])), warned),
        (rules(json!([test(true), test(false)])), &[]),
        (rules(json!([test(true), {"Variable": "$.y", "IsPresent": false}])), warned),
        (rules(json!([equals, {"Not": equals}])), &[]),
        (rules(json!([equals, {"Not": test(true)}])), warned),
        (jsonata(rules(json!([{"Condition": "{% $states.input.x %}"}]))), warned),
        (jsonata(rules(json!([{"Condition": "{% $states.input.x %}"}, {"Condition": true}]))), &[]),
        (jsonata(rules(json!([{"Condition": "{% true %}"}]))), &[]),
        (jsonata(rules(json!([exists, {"Condition": "{% $not( $exists($states.input.x) ) %}"}]))), &[]),
        (jsonata(rules(json!([exists, {"Condition": "{% $not($exists($states.input.y)) %}"}]))), warned),
    ]);
    for changing in ["$random() > 0.5", "$uuid() > 'a'", "$now() > 'a'", "$millis() > 5"] {
        let code = |code: String| json!({"Condition": format!("{{% {code} %}}")});
        let both = [code(changing.to_owned()), code(format!("$not({changing})"))];
        expect(&[(jsonata(rules(json!(both))), warned)]);
    }
}

/// Every operator takes an operand of its type and no other.
#[test]
fn every_operator_takes_its_operand() {
    use workflow_asl::document::{Operand, Operator};
    let values =
        [json!("a"), json!("2024-08-18T17:33:00Z"), json!("$.y"), json!(1.5), json!(true), json!(null), json!([1])];
    assert_eq!(Operator::ALL.len(), 39);
    for operator in Operator::ALL {
        for value in &values {
            let fits = match operator.operand() {
                Operand::Text => value.is_string(),
                Operand::Number => value.is_number(),
                Operand::Flag => value.is_boolean(),
                Operand::Timestamp => value == "2024-08-18T17:33:00Z",
                Operand::Path => value == "$.y",
            };
            let mut rule = json!({"Variable": "$.x", "Next": "T"});
            rule[operator.name()] = value.clone();
            let mut found = found(&choice(rule), MachineType::Standard);
            // A path as text is a warning of its own.
            found.retain(|(code, _)| *code != Code::PathUnderPlainKey);
            assert_eq!(found.is_empty(), fits, "{} {value}: {found:?}", operator.name());
        }
    }
}

#[test]
fn a_pattern_has_backslashes_before_stars_and_backslashes_only() {
    let matches = |pattern: &str| choice(json!({"Variable": "$.a", "StringMatches": pattern, "Next": "T"}));
    every([r"a\*b\\", "*", r"\\*", "C:/*"], |pattern| {
        assert_eq!(found(&matches(pattern), MachineType::Standard), [], "{pattern}");
    });
    every([r"a\b", r"C:\", r"\*\\\"], |pattern| {
        let wrong = (Code::FailingCall, "/States/S/Choices/0/StringMatches".to_owned());
        assert_eq!(found(&matches(pattern), MachineType::Standard), [wrong], "{pattern}");
    });
}
