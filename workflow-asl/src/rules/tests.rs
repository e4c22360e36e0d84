use serde_json::{Value, json};

use super::*;

fn found(definition: &Value, kind: MachineType) -> Vec<(Code, String)> {
    check_definition(definition, kind).into_iter().map(|d| (d.code, d.pointer.as_str().to_owned())).collect()
}

/// A machine of one state `S`, and of `T`, which ends it, where `S` leads there.
fn one(state: Value) -> Value {
    let mut states = json!({"S": state});
    if states["S"].to_string().contains("\"T\"") {
        states["T"] = json!({"Type": "Succeed"});
    }
    json!({"StartAt": "S", "States": states})
}

fn task(fields: Value) -> Value {
    let mut state = json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "End": true});
    for (key, value) in fields.as_object().unwrap() {
        state[key] = value.clone();
    }
    one(state)
}

fn pass(fields: Value) -> Value {
    let mut state = json!({"Type": "Pass", "End": true});
    for (key, value) in fields.as_object().unwrap() {
        state[key] = value.clone();
    }
    one(state)
}

fn jsonata(mut definition: Value) -> Value {
    definition["QueryLanguage"] = "JSONata".into();
    definition
}

fn choice(rule: Value) -> Value {
    one(json!({"Type": "Choice", "Choices": [rule], "Default": "T"}))
}

fn map(fields: Value) -> Value {
    let mut state = json!({"Type": "Map", "End": true, "ItemProcessor": {
        "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}});
    for (key, value) in fields.as_object().unwrap() {
        state[key] = value.clone();
    }
    one(state)
}

fn distributed(fields: Value) -> Value {
    let mut definition = map(fields);
    definition["States"]["S"]["ItemProcessor"]["ProcessorConfig"] =
        json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
    definition
}

/// Each document with everything that is to be found in it.
#[track_caller]
fn expect(cases: &[(Value, &[(Code, &str)])]) {
    for (definition, expected) in cases {
        let found = found(definition, MachineType::Standard);
        let found: Vec<_> = found.iter().map(|(code, at)| (*code, at.as_str())).collect();
        assert_eq!(found, *expected, "{definition}");
    }
}

#[test]
fn what_is_right_passes() {
    let end = json!({"ErrorEquals": ["States.ALL"], "Next": "T"});
    expect(&[
        (pass(json!({"Parameters": {"a.$": "$.x", "b.$": "$$.Execution.Id", "c.$": "States.UUID()", "d": "$5"}})), &[]),
        (pass(json!({"InputPath": null, "ResultPath": "$['a'].b[0]", "OutputPath": "$.x[?(@.y > 1)]"})), &[]),
        (pass(json!({"Assign": {"x.$": "$.y", "größe": 1}})), &[]),
        (
            task(
                json!({"TimeoutSeconds": 10, "HeartbeatSeconds": 5, "Retry": [{"ErrorEquals": ["a", "States.Timeout"]},
            {"ErrorEquals": ["States.ALL"], "MaxAttempts": 0, "BackoffRate": 1}], "Catch": [end]}),
            ),
            &[],
        ),
        (task(json!({"TimeoutSecondsPath": "$.t", "HeartbeatSecondsPath": "$$.Execution.Input.h"})), &[]),
        (
            task(json!({"Resource": "${Function}", "TimeoutSeconds": "${T}", "Retry": "${R}", "ResultPath": "${P}"})),
            &[],
        ),
        (one(json!({"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.Format('{}', $.c)"})), &[]),
        (one(json!({"Type": "Wait", "Timestamp": "2024-08-18T17:33:00.5+02:00", "Next": "T"})), &[]),
        (choice(json!({"Not": {"Variable": "$x.y", "NumericEqualsPath": "$$.Execution.Input.n"}, "Next": "T"})), &[]),
        (jsonata(choice(json!({"Condition": "{% $states.input.x > 1 %}", "Next": "T", "Output": 1}))), &[]),
        (jsonata(one(json!({"Type": "Wait", "Seconds": "{% $states.input.s %}", "End": true}))), &[]),
        (
            distributed(json!({"Label": "all", "ToleratedFailurePercentage": 0.5, "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"},
            "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}}})),
            &[],
        ),
        // A choice without a default may fail, but AWS takes it.
        (one(json!({"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": true, "Next": "T"}]})), &[]),
    ]);
}

#[test]
fn shape_of_the_document() {
    expect(&[
        (json!({}), &[(Code::MissingField, "")]),
        (json!([]), &[(Code::WrongType, "")]),
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
fn paths_and_templates() {
    expect(&[
        (pass(json!({"InputPath": "x"})), &[(Code::BadJsonPath, "/States/S/InputPath")]),
        (pass(json!({"OutputPath": "$.a["})), &[(Code::BadJsonPath, "/States/S/OutputPath")]),
        (pass(json!({"ResultPath": "$.a[*]"})), &[(Code::BadJsonPath, "/States/S/ResultPath")]),
        (pass(json!({"ResultPath": "$$.a"})), &[(Code::BadJsonPath, "/States/S/ResultPath")]),
        (one(json!({"Type": "Fail", "CausePath": "because"})), &[(Code::BadJsonPath, "/States/S/CausePath")]),
        (one(json!({"Type": "Fail", "CausePath": "States.Array(1)"})), &[(Code::BadIntrinsic, "/States/S/CausePath")]),
        (pass(json!({"Parameters": {"a.$": "States.Formt('')"}})), &[(Code::BadIntrinsic, "/States/S/Parameters/a.$")]),
        (pass(json!({"Parameters": {"a": 1, "a.$": "$.x"}})), &[(Code::BadTemplate, "/States/S/Parameters/a.$")]),
        (pass(json!({"Parameters": {"b": [{"a.$": "x"}]}})), &[(Code::BadTemplate, "/States/S/Parameters/b/0/a.$")]),
        (pass(json!({"Parameters": {"a": "$.x"}})), &[(Code::PathUnderPlainKey, "/States/S/Parameters/a")]),
        (
            pass(json!({"Parameters": {"a": {"b": "States.UUID()"}}})),
            &[(Code::PathUnderPlainKey, "/States/S/Parameters/a/b")],
        ),
        (pass(json!({"Result": {"a.$": "$.x"}})), &[(Code::StaticResult, "/States/S/Result/a.$")]),
        (pass(json!({"Result": "$.x"})), &[(Code::StaticResult, "/States/S/Result")]),
        (
            one(json!({"Type": "Wait", "Timestamp": "2024-08-18", "End": true})),
            &[(Code::BadTimestamp, "/States/S/Timestamp")],
        ),
        (
            one(json!({"Type": "Wait", "Timestamp": "2024-08-18T12:00:00", "End": true})),
            &[(Code::BadTimestamp, "/States/S/Timestamp")],
        ),
    ]);
}

#[test]
fn expressions() {
    let output = |code: &str| jsonata(pass(json!({"Output": {"a": [code]}})));
    let at = "/States/S/Output/a/0";
    expect(&[
        (output("{% $states.input.x[y > 1].{'z': $} ~> $count %}"), &[]),
        (output("text with 5 %}"), &[]),
        (output("{% $map($states.input.xs, function($x) { $x + ${Step} }) %}"), &[]),
        (output("{% 1 + %}"), &[(Code::BadJsonata, at)]),
        (output("{% [1, 2 %}"), &[(Code::BadJsonata, at)]),
        (output("{% 1 %} "), &[(Code::BadJsonata, at)]),
        (output("{% phone %}"), &[(Code::UnsupportedJsonata, at)]),
        (output("{% $$.x %}"), &[(Code::UnsupportedJsonata, at)]),
        (output("{% $eval('1') %}"), &[(Code::UnsupportedJsonata, at)]),
        (output("{% $states.result %}"), &[(Code::UnsupportedJsonata, at)]),
        (output("{% $states.inptu.x %}"), &[(Code::UnsupportedJsonata, at)]),
        (output("{% $uppercas('x') %}"), &[(Code::UnknownFunction, at)]),
        (output("{% $randomSeeded(1) %}"), &[(Code::UnknownFunction, at)]),
        (jsonata(task(json!({"Output": "{% $states.result.x %}", "Assign": {"v": "{% $states.result %}"}}))), &[]),
        (
            jsonata(task(json!({"Arguments": "{% $states.result %}"}))),
            &[(Code::UnsupportedJsonata, "/States/S/Arguments")],
        ),
        (
            jsonata(task(json!({"Output": "{% $states.errorOutput %}"}))),
            &[(Code::UnsupportedJsonata, "/States/S/Output")],
        ),
        (
            jsonata(task(
                json!({"Catch": [{"ErrorEquals": ["E"], "Output": "{% $states.errorOutput.Cause %}", "Next": "T"}]}),
            )),
            &[],
        ),
        (jsonata(task(json!({"TimeoutSeconds": "10"}))), &[(Code::BadJsonata, "/States/S/TimeoutSeconds")]),
        (
            jsonata(choice(json!({"Condition": "true", "Next": "T"}))),
            &[(Code::BadJsonata, "/States/S/Choices/0/Condition")],
        ),
        (jsonata(choice(json!({"Condition": 1, "Next": "T"}))), &[(Code::WrongType, "/States/S/Choices/0/Condition")]),
        // In a JSONPath state it is text.
        (pass(json!({"Result": "{% 1 + %}"})), &[]),
    ]);
}

#[test]
fn a_finding_in_a_string_points_at_the_character() {
    let found = check_definition(&pass(json!({"InputPath": "$.größe["})), MachineType::Standard);
    assert_eq!(found[0].range.map(|(offset, _)| offset), Some("$.größe[".len()));
}

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

#[test]
fn tasks() {
    let call = "arn:aws:states:::lambda:invoke";
    expect(&[
        (task(json!({"Resource": "my-function"})), &[(Code::BadResource, "/States/S/Resource")]),
        (task(json!({"Resource": "arn:aws:sqs:us-east-1:1:queue"})), &[(Code::BadResource, "/States/S/Resource")]),
        (task(json!({"Resource": call})), &[(Code::MissingField, "/States/S")]),
        (jsonata(task(json!({"Resource": call}))), &[(Code::MissingField, "/States/S")]),
        (task(json!({"Credentials": {"Role": "x"}})), &[(Code::MissingField, "/States/S/Credentials")]),
        (
            task(json!({"Resource": "arn:aws:states:us-east-1:1:activity:a", "Credentials": {"RoleArn": "x"}})),
            &[(Code::UnknownField, "/States/S/Credentials")],
        ),
        (task(json!({"TimeoutSeconds": 0})), &[(Code::NumberOutOfRange, "/States/S/TimeoutSeconds")]),
        (
            task(json!({"TimeoutSeconds": 5, "HeartbeatSeconds": 5})),
            &[(Code::HeartbeatNotShorter, "/States/S/HeartbeatSeconds")],
        ),
        (
            task(json!({"TimeoutSeconds": 5, "HeartbeatSeconds": 9})),
            &[(Code::HeartbeatNotShorter, "/States/S/HeartbeatSeconds")],
        ),
    ]);
}

#[test]
fn express_machines() {
    let express = |definition: Value| found(&definition, MachineType::Express);
    let resource = |resource: &str| task(json!({"Resource": resource, "Parameters": {}}));
    let refused = [(Code::ExpressRestriction, "/States/S/Resource".to_owned())];
    assert_eq!(express(resource("arn:aws:states:::ecs:runTask")), []);
    assert_eq!(express(resource("arn:aws:states:::ecs:runTask.sync")), refused);
    assert_eq!(express(resource("arn:aws:states:::sqs:sendMessage.waitForTaskToken")), refused);
    assert_eq!(express(resource("arn:aws:states:us-east-1:1:activity:a")), refused);
    let mode = "/States/S/ItemProcessor/ProcessorConfig/Mode".to_owned();
    assert_eq!(express(distributed(json!({}))), [(Code::ExpressRestriction, mode)]);
    // The children of a distributed map may be Express executions.
    let mut definition = distributed(json!({}));
    let processor = &mut definition["States"]["S"]["ItemProcessor"];
    processor["ProcessorConfig"]["ExecutionType"] = "EXPRESS".into();
    processor["States"]["I"] = resource("arn:aws:states:::ecs:runTask.sync")["States"]["S"].clone();
    let at = "/States/S/ItemProcessor/States/I/Resource".to_owned();
    assert_eq!(found(&definition, MachineType::Standard), [(Code::ExpressRestriction, at)]);
}

#[test]
fn maps() {
    let reader = |config: Value| {
        let resource = "arn:aws:states:::s3:getObject";
        distributed(
            json!({"ItemReader": {"Resource": resource, "Parameters": {"Bucket": "b"}, "ReaderConfig": config}}),
        )
    };
    let at = "/States/S/ItemReader/ReaderConfig";
    let config = |config: Value| {
        let mut definition = map(json!({}));
        definition["States"]["S"]["ItemProcessor"]["ProcessorConfig"] = config;
        definition
    };
    let two = json!({"StartAt": "S", "States": {
        "S": distributed(json!({"Label": "x", "End": false, "Next": "R"}))["States"]["S"],
        "R": {"Type": "Map", "Label": "x", "ItemProcessor": {"StartAt": "J", "States": {"J": {"Type": "Succeed"}}}, "End": true}}});
    let mut two = two;
    two["States"]["S"].as_object_mut().unwrap().shift_remove("End");
    expect(&[
        (config(json!({"Mode": "DISTRIBUTED"})), &[(Code::MissingField, "/States/S/ItemProcessor/ProcessorConfig")]),
        (
            config(json!({"Mode": "INLINE", "ExecutionType": "STANDARD"})),
            &[(Code::UnknownField, "/States/S/ItemProcessor/ProcessorConfig/ExecutionType")],
        ),
        (config(json!({"Mode": "Inline"})), &[(Code::NotAllowedValue, "/States/S/ItemProcessor/ProcessorConfig/Mode")]),
        (map(json!({"MaxConcurrency": -1})), &[(Code::NumberOutOfRange, "/States/S/MaxConcurrency")]),
        (
            map(json!({"ToleratedFailurePercentage": 101})),
            &[(Code::NumberOutOfRange, "/States/S/ToleratedFailurePercentage")],
        ),
        (map(json!({"ItemsPath": "$.x[*]"})), &[(Code::BadJsonPath, "/States/S/ItemsPath")]),
        (map(json!({"ItemBatcher": {}})), &[(Code::MissingField, "/States/S/ItemBatcher")]),
        (reader(json!({"InputType": "CSV"})), &[(Code::MissingField, at)]),
        (reader(json!({"InputType": "CSV", "CSVHeaderLocation": "GIVEN"})), &[(Code::MissingField, at)]),
        (
            reader(json!({"InputType": "JSON", "CSVHeaderLocation": "FIRST_ROW"})),
            &[(Code::UnknownField, "/States/S/ItemReader/ReaderConfig/CSVHeaderLocation")],
        ),
        (
            distributed(json!({"ItemReader": {"Resource": "arn:aws:states:::s3:putObject"}})),
            &[(Code::NotAllowedValue, "/States/S/ItemReader/Resource")],
        ),
        (distributed(json!({"Label": ""})), &[(Code::BadLabel, "/States/S/Label")]),
        (distributed(json!({"Label": "a label"})), &[(Code::BadLabel, "/States/S/Label")]),
        (distributed(json!({"Label": "x".repeat(41)})), &[(Code::BadLabel, "/States/S/Label")]),
        (two, &[(Code::DuplicateLabel, "/States/R/Label")]),
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
fn outer_variables() {
    let machine = |before: Value, inside: Value| {
        json!({"StartAt": "A", "States": {
            "A": {"Type": "Pass", "Assign": before, "Next": "P"},
            "P": {"Type": "Parallel", "Next": "Z", "Branches": [
                {"StartAt": "B", "States": {"B": {"Type": "Pass", "Assign": inside, "End": true}}}]},
            "Z": {"Type": "Pass", "Assign": {"late": 1}, "End": true}}})
    };
    let at = "/States/P/Branches/0/States/B/Assign";
    expect(&[
        (machine(json!({"x": 1}), json!({"y": 2, "late": 3})), &[]),
        (machine(json!({"x": 1}), json!({"x": 2})), &[(Code::OuterVariable, &format!("{at}/x"))]),
        (machine(json!({"x.$": "$.x"}), json!({"x.$": "$.y"})), &[(Code::OuterVariable, &format!("{at}/x.$"))]),
    ]);
}

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
            map(json!({"ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "Next": "I"}}}})),
            &[(Code::NoWayToEnd, "/States/S/ItemProcessor")],
        ),
        (
            json!({"StartAt": "C", "States": {
            "C": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": true, "Next": "L"}], "Default": "E"},
            "L": {"Type": "Wait", "Seconds": 1, "Next": "M"}, "M": {"Type": "Pass", "Next": "L"},
            "E": {"Type": "Succeed"}}}),
            &[(Code::NoWayToEnd, "/States/L")],
        ),
    ]);
}

#[test]
fn messages_name_what_is_near() {
    let definition = json!({"StartAt": "S", "States": {"S": {"Type": "Pass", "Next": "Ship Ordr"}, "Ship Order": {"Type": "Succeed"}}});
    let found = check_definition(&definition, MachineType::Standard);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].message, "there is no state `Ship Ordr`");
    assert_eq!(found[0].help.as_deref(), Some("did you mean `Ship Order`?"));
}

#[test]
fn a_definition_over_a_mebibyte_is_too_large() {
    let definition = pass(json!({"Result": "ä".repeat(crate::limits::DEFINITION_CHARS)}));
    assert_eq!(found(&definition, MachineType::Standard), [(Code::DefinitionTooLarge, String::new())]);
    let definition = pass(json!({"Result": "ä".repeat(crate::limits::DEFINITION_CHARS - 100)}));
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
