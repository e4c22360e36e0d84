//! Tests each rule with documents written for it: what it reports and what it accepts.

mod api;
mod assignment;
mod budget;
mod choice;
mod context;
mod document;
mod error_flow;
mod expression;
mod handlers;
mod map;
mod task;
mod transitions;
mod variables;

use serde_json::{Value, json};

use std::collections::{BTreeMap, BTreeSet};
use workflow_asl::Code;
use workflow_asl::document::MachineType;

use workflow_asl::rules::{Annotations, check_definition, check_read, check_text, handled_errors};
use workflow_asl::{Diagnostic, Pointer, StateMachine};

/// Returns what is found but for the types of values, which `tests/planted_mistakes.rs` has.
fn found(definition: &Value, kind: MachineType) -> Vec<(Code, String)> {
    let (machine, mut found) = StateMachine::read(definition);
    let annotations = Annotations { lowered: true, ..Annotations::default() };
    let characters = definition.to_string().chars().count();
    found.extend(check_read(&machine, characters, kind, &annotations).found);
    let all = check_definition(definition, kind);
    if all.iter().any(|found| found.code == Code::NotADefinition) {
        found = all;
    }
    found.into_iter().map(|d| (d.code, d.pointer.as_str().to_owned())).collect()
}

/// Returns a machine of one state `S`, and of `T`, which ends it, where `S` leads there.
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
        (choice(json!({"Not": {"Variable": "$.x.y", "NumericEqualsPath": "$$.Execution.Input.n"}, "Next": "T"})), &[]),
        (jsonata(choice(json!({"Condition": "{% $states.input.x > 1 %}", "Next": "T", "Output": 1}))), &[]),
        (jsonata(one(json!({"Type": "Wait", "Seconds": "{% $states.input.s %}", "End": true}))), &[]),
        (
            distributed(json!({"Label": "all", "ToleratedFailurePercentage": 0.5, "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"},
            "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}}})),
            &[],
        ),
    ]);
}
