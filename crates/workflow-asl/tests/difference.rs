//! Tests the comparison of two definitions.

use serde_json::{Value, json};
use workflow_cases::every;

use workflow_asl::difference::Difference;

fn said(old: &Value, new: &Value) -> Vec<String> {
    let difference = Difference::of(old, new);
    let states = difference.states.iter().map(|state| {
        let fields: Vec<_> = state.fields.iter().map(|field| field.name.as_str()).collect();
        let what = match (&state.old, &state.new) {
            (None, _) => "added".to_owned(),
            (_, None) => "removed".to_owned(),
            (Some(old), Some(new)) if old.name != new.name => format!("was {}", old.name),
            _ => "same".to_owned(),
        };
        format!("{} {what} [{}]", state.name(), fields.join(", "))
    });
    states.filter(|said| !said.ends_with(" same []")).collect()
}

#[test]
fn states_are_matched_by_name_and_by_what_they_do() {
    let old = json!({"StartAt": "Fetch", "States": {
        "Fetch": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Rest"},
        "Rest": {"Type": "Wait", "Seconds": 30, "Next": "Old"},
        "Old": {"Type": "Pass", "Result": {"a": 1}, "Next": "End"},
        "End": {"Type": "Succeed"}}});
    let new = json!({"StartAt": "Fetch", "States": {
        "Fetch": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 9, "Next": "Pause"},
        "Pause": {"Type": "Wait", "Seconds": 30, "Next": "End"},
        "End": {"Type": "Succeed"},
        "Sorry": {"Type": "Fail", "Error": "Sorry"}}});
    assert_eq!(
        said(&old, &new),
        ["Fetch same [TimeoutSeconds]", "Pause was Rest [Next]", "Sorry added []", "Old removed []"]
    );
}

#[test]
fn what_is_written_otherwise_does_not_differ() {
    let old = json!({"StartAt": "A", "QueryLanguage": "JSONPath", "States": {
        "A": {"Type": "Map", "Iterator": {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}}, "Next": "T"},
        "T": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Retry": [{"ErrorEquals": ["X", "Y"]}],
            "Parameters": {"a": 1}, "End": true}}});
    let new = json!({"StartAt": "A", "Version": "1.0", "States": {
        "A": {"Type": "Map", "MaxConcurrency": 0, "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"},
            "StartAt": "B", "States": {"B": {"Type": "Pass", "InputPath": "$", "End": true}}}, "Next": "T"},
        "T": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "QueryLanguage": "JSONPath",
            "Retry": [{"ErrorEquals": ["Y", "X"], "BackoffRate": 2, "MaxAttempts": 3, "IntervalSeconds": 1}],
            "Parameters": {"a": 1.0}, "ResultPath": "$", "TimeoutSeconds": 99_999_999, "End": true}}});
    assert!(Difference::of(&old, &new).is_empty(), "{:?}", said(&old, &new));
}

#[test]
fn a_state_keeps_its_name_where_it_moves() {
    let pass = json!({"Type": "Pass", "Result": 1, "End": true});
    let old = json!({"StartAt": "A", "States": {"A": pass}});
    let new = json!({"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "Branches": [{"StartAt": "A", "States": {"A": pass}}], "End": true}}});
    assert_eq!(said(&old, &new), ["P added []", "A same [(scope)]"]);
}

#[test]
fn branches_are_matched_by_their_states() {
    let branch = |name: &str| json!({"StartAt": name, "States": {name: {"Type": "Pass", "Result": name, "End": true}}});
    let machine = |branches: Vec<Value>| {
        json!({"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "Branches": branches, "End": true}}})
    };
    let (old, new) = (machine(vec![branch("A"), branch("B")]), machine(vec![branch("B")]));
    assert_eq!(said(&old, &new), ["P same [Branches]", "A removed []"]);
}

#[test]
fn anything_is_compared() {
    every(
        [json!(null), json!([]), json!({"States": 3}), json!({"States": {"A": 1, "B": {"Branches": {}}}})],
        |value| {
            assert!(Difference::of(&value, &value).is_empty());
            let _ = Difference::of(&value, &json!({"StartAt": 1, "States": {"A": {"Type": "Map", "Iterator": 2}}}));
        },
    );
}
