//! Tests the rules on the graph.

use super::*;
use workflow_cases::every;

#[test]
fn transitions() {
    let inner =
        |next: &str| json!({"StartAt": "I", "States": {"I": {"Type": "Pass", "Next": next}, "J": {"Type": "Succeed"}}});
    expect(&[
        (one(json!({"Type": "Pass", "Next": "X"})), &[(Code::UnknownTarget, "/States/S/Next")]),
        (json!({"StartAt": "X", "States": {"S": {"Type": "Succeed"}}}), &[(Code::UnknownTarget, "/StartAt")]),
        (
            choice(json!({"Variable": "$.x", "IsNull": true, "Next": "U"})),
            &[(Code::UnknownTarget, "/States/S/Choices/0/Next")],
        ),
        (
            map(json!({"ItemProcessor": inner("S")})),
            &[(Code::TargetInOtherScope, "/States/S/ItemProcessor/States/I/Next")],
        ),
        (
            json!({"StartAt": "I", "States": {"S": map(json!({}))["States"]["S"]}}),
            &[(Code::TargetInOtherScope, "/StartAt")],
        ),
        (one(json!({"Type": "Pass"})), &[(Code::MissingTransition, "/States/S")]),
        (pass(json!({"End": false})), &[(Code::MissingTransition, "/States/S")]),
        (
            json!({"StartAt": "S", "States": {"S": {"Type": "Succeed"}, "U": {"Type": "Fail"}}}),
            &[(Code::UnreachableState, "/States/U")],
        ),
        (
            map(
                json!({"ItemProcessor": {"StartAt": "J", "States": {"I": {"Type": "Fail"}, "J": {"Type": "Succeed"}}}}),
            ),
            &[(Code::UnreachableState, "/States/S/ItemProcessor/States/I")],
        ),
        (one(json!({"Type": "Pass", "Next": "S"})), &[(Code::NoWayToEnd, "")]),
        (
            json!({"StartAt": "A", "States": {
            "A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}, "U": {"Type": "Pass", "Next": "A"}}}),
            &[(Code::NoWayToEnd, "")],
        ),
        (
            json!({"StartAt": "A", "States": {
            "A": {"Type": "Wait", "Seconds": 1, "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}, "C": {"Type": "Succeed"}}}),
            &[(Code::EndlessLoop, "/States/A"), (Code::UnreachableState, "/States/C")],
        ),
        (
            map(json!({"ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "Next": "I"}}}})),
            &[(Code::EndlessLoop, "/States/S/ItemProcessor")],
        ),
        (
            json!({"StartAt": "C", "States": {
            "C": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": true, "Next": "L"}], "Default": "E"},
            "L": {"Type": "Wait", "Seconds": 1, "Next": "M"}, "M": {"Type": "Pass", "Next": "L"},
            "E": {"Type": "Succeed"}}}),
            &[(Code::EndlessLoop, "/States/L")],
        ),
    ]);
}

#[test]
fn messages_name_what_is_near() {
    let definition = json!({"StartAt": "S", "States": {"S": {"Type": "Pass", "Next": "Ship Ordr"}, "Ship Order": {"Type": "Succeed"}}});
    let found = check_definition(&definition, MachineType::Standard);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].message(), "unknown state `Ship Ordr`");
    assert_eq!(found[0].help().as_deref(), Some("did you mean `Ship Order`?"));
}

#[test]
fn only_the_first_unknown_names_are_looked_up() {
    // Each look goes over all names: thousands of both would take minutes.
    let chain = |next: &str| {
        let state = |i: usize| json!({"Type": "Pass", "Assign": {format!("name{i}"): 1}, "InputPath": format!("$nam{i}"), "Next": format!("{next}{}", i + 1)});
        let mut states: serde_json::Map<_, _> = (0..40).map(|i| (format!("State{i}"), state(i))).collect();
        states.insert("State40".into(), json!({"Type": "Succeed"}));
        json!({"StartAt": "State0", "States": states})
    };
    every([("Stat", Code::UnknownTarget), ("State", Code::UnassignedVariable)], |(next, code)| {
        let mut found = check_definition(&chain(next), MachineType::Standard);
        found.retain(|one| one.code == code);
        let near = |one: &&Diagnostic| one.help().as_ref().is_some_and(|help| help.starts_with("did you mean"));
        assert_eq!((found.len(), found.iter().filter(near).count()), (40, 20), "{code}");
    });
}
