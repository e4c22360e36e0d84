//! Tests the rules on the shape of a document: its fields, query languages, names and size.

use super::*;

#[test]
fn shape_of_the_document() {
    expect(&[
        (json!({}), &[(Code::MissingField, "")]),
        // For a document that is not a definition, only this is reported.
        (json!([]), &[(Code::NotADefinition, "")]),
        (json!("StartAt"), &[(Code::NotADefinition, "")]),
        (json!({"name": "app", "version": "1.0.0", "scripts": {}}), &[(Code::NotADefinition, "")]),
        (json!({"Type": "Pass", "End": true}), &[(Code::NotADefinition, "")]),
        (json!({"Comment": "c", "Start": "A"}), &[(Code::UnknownField, "/Start"), (Code::MissingField, "")]),
        (json!({"StartAt": "A", "States": {}}), &[(Code::NoStates, "/States")]),
        (
            map(json!({"ItemProcessor": {"StartAt": "I", "States": {}}})),
            &[(Code::NoStates, "/States/S/ItemProcessor/States")],
        ),
        (json!({"StartAt": 1, "States": {"A": {"Type": "Succeed"}}}), &[(Code::WrongType, "/StartAt")]),
        (pass(json!({"Ressult": 1})), &[(Code::UnknownField, "/States/S/Ressult")]),
        (pass(json!({"Resource": "x"})), &[(Code::UnknownField, "/States/S/Resource")]),
        (pass(json!({"Retry": []})), &[(Code::UnknownField, "/States/S/Retry")]),
        (one(json!({"Type": "Fail", "InputPath": "$"})), &[(Code::UnknownField, "/States/S/InputPath")]),
        (one(json!({"Type": "Succeed", "Assign": {}})), &[(Code::UnknownField, "/States/S/Assign")]),
        (one(json!({"Type": "Sleep"})), &[(Code::NotAllowedValue, "/States/S/Type")]),
        (one(json!({"End": true})), &[(Code::MissingField, "/States/S")]),
        (one(json!({"Type": "Task", "End": true})), &[(Code::MissingField, "/States/S")]),
        (one(json!({"Type": "Wait", "End": true})), &[(Code::MissingField, "/States/S")]),
        (
            one(json!({"Type": "Wait", "Seconds": 1, "SecondsPath": "$.x", "End": true})),
            &[(Code::ExclusiveFields, "/States/S")],
        ),
        (one(json!({"Type": "Fail", "Error": "E", "ErrorPath": "$.e"})), &[(Code::ExclusiveFields, "/States/S")]),
        (task(json!({"Next": "T"})), &[(Code::ExclusiveFields, "/States/S")]),
        (task(json!({"TimeoutSeconds": 1, "TimeoutSecondsPath": "$.t"})), &[(Code::ExclusiveFields, "/States/S")]),
        (
            map(json!({"Iterator": {"StartAt": "J", "States": {"J": {"Type": "Succeed"}}}})),
            &[(Code::ExclusiveFields, "/States/S")],
        ),
        (one(json!({"Type": "Parallel", "Branches": [], "End": true})), &[(Code::EmptyList, "/States/S/Branches")]),
        (one(json!({"Type": "Choice", "Choices": [], "Default": "T"})), &[(Code::EmptyList, "/States/S/Choices")]),
        (one(json!({"Type": "Wait", "Seconds": true, "End": true})), &[(Code::WrongType, "/States/S/Seconds")]),
        (pass(json!({"End": "true"})), &[(Code::WrongType, "/States/S/End")]),
        (
            json!({"StartAt": "S", "Version": "2.0", "States": {"S": {"Type": "Succeed"}}}),
            &[(Code::NotAllowedValue, "/Version")],
        ),
    ]);
}

#[test]
fn query_languages() {
    expect(&[
        (pass(json!({"Output": 1})), &[(Code::WrongLanguageField, "/States/S/Output")]),
        (jsonata(pass(json!({"Result": 1}))), &[(Code::WrongLanguageField, "/States/S/Result")]),
        (
            pass(json!({"QueryLanguage": "JSONata", "ResultPath": "$.x"})),
            &[(Code::WrongLanguageField, "/States/S/ResultPath")],
        ),
        (jsonata(pass(json!({"QueryLanguage": "JSONPath"}))), &[(Code::NotAllowedValue, "/States/S/QueryLanguage")]),
        (pass(json!({"QueryLanguage": "JsonPath"})), &[(Code::NotAllowedValue, "/States/S/QueryLanguage")]),
        (
            jsonata(task(json!({"Catch": [{"ErrorEquals": ["E"], "ResultPath": "$.e", "Next": "T"}]}))),
            &[(Code::WrongLanguageField, "/States/S/Catch/0/ResultPath")],
        ),
        (
            choice(json!({"Condition": "{% true %}", "Next": "T"})),
            &[(Code::WrongLanguageField, "/States/S/Choices/0/Condition")],
        ),
    ]);
}

#[test]
fn names() {
    let inner = |name: &str| json!({"StartAt": name, "States": {name: {"Type": "Pass", "End": true}}});
    let parallel = |one: &str, two: &str| one_state_parallel(inner(one), inner(two));
    let long = "x".repeat(81);
    expect(&[
        (
            json!({"StartAt": long, "States": {&long: {"Type": "Succeed"}}}),
            &[(Code::StateNameTooLong, &format!("/States/{long}"))],
        ),
        (json!({"StartAt": "ü".repeat(80), "States": {"ü".repeat(80): {"Type": "Succeed"}}}), &[]),
        (
            map(json!({"ItemProcessor": inner(&long)})),
            &[(Code::StateNameTooLong, &format!("/States/S/ItemProcessor/States/{long}"))],
        ),
        (parallel("A", "A"), &[(Code::DuplicateStateName, "/States/S/Branches/1/States/A")]),
        (parallel("A", "S"), &[(Code::DuplicateStateName, "/States/S/Branches/1/States/S")]),
        (parallel("A", "B"), &[]),
        (pass(json!({"Assign": {"a-b": 1}})), &[(Code::BadVariableName, "/States/S/Assign/a-b")]),
        (pass(json!({"Assign": {"_a.$": "$.x"}})), &[(Code::BadVariableName, "/States/S/Assign/_a.$")]),
        (pass(json!({"Assign": {"a.b": 1}})), &[(Code::BadVariableName, "/States/S/Assign/a.b")]),
        (pass(json!({"Assign": {"states": 1}})), &[(Code::ReservedVariable, "/States/S/Assign/states")]),
        (jsonata(pass(json!({"Assign": {"states": 1}}))), &[(Code::ReservedVariable, "/States/S/Assign/states")]),
    ]);
}

fn one_state_parallel(one_branch: Value, other: Value) -> Value {
    one(json!({"Type": "Parallel", "Branches": [one_branch, other], "End": true}))
}

#[test]
fn a_definition_over_a_mebibyte_is_too_large() {
    let definition = pass(json!({"Comment": "ä".repeat(workflow_asl::limits::DEFINITION_CHARS)}));
    assert_eq!(found(&definition, MachineType::Standard), [(Code::DefinitionTooLarge, String::new())]);
    let definition = pass(json!({"Comment": "ä".repeat(workflow_asl::limits::DEFINITION_CHARS - 100)}));
    assert_eq!(found(&definition, MachineType::Standard), []);
}

#[test]
fn a_text_that_cannot_be_read_is_one_finding() {
    let codes =
        |text: &str| -> Vec<Code> { check_text(text, MachineType::Standard).iter().map(|found| found.code).collect() };
    assert_eq!(codes(r#"{"StartAt": "S",}"#), [Code::NotJson]);
    assert_eq!(codes(&"[".repeat(200)), [Code::TooDeep]);
    assert_eq!(codes(r#"{"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}"#), []);
}

#[test]
fn a_flag_as_text_is_told_how_to_stand() {
    let help = |end: Value| {
        let definition = json!({"StartAt": "S", "States": {"S": {"Type": "Pass", "End": end}}});
        let found = check_definition(&definition, MachineType::Standard);
        found.into_iter().find(|found| found.code == Code::WrongType).and_then(|found| found.help())
    };
    assert_eq!(help(json!("yes")).as_deref(), Some("this is text: write `true`, without quotes"));
    assert_eq!(help(json!("False")).as_deref(), Some("this is text: write `false`, without quotes"));
    assert_eq!(help(json!(1)), None);
}
