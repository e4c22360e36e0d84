//! Tests the mistakes that the Python SDK accepts or rejects: which of them a document shows, and the findings for it.
//!
//! The data is not in the repository. If it is missing, the tests print a note and pass.

use serde_json::{Value, json};
use workflow_asl::Code;
use workflow_asl::document::MachineType;
use workflow_asl::rules::check_definition;

fn cases(file: &str) -> Vec<Value> {
    let Some(folder) = workflow_recorded::data("seed-sdk") else { return Vec::new() };
    serde_json::from_str(&std::fs::read_to_string(folder.join(file)).unwrap()).unwrap()
}

/// A whole document around what the SDK made, where that is a part of one; `None` where it is none at all.
fn document(result: &Value) -> Option<Value> {
    if result["StartAt"].is_string() {
        Some(result.clone())
    } else if result["Variable"].is_string() || result["And"].is_array() {
        let mut rule = result.clone();
        rule["Next"] = "T".into();
        let choice = json!({"Type": "Choice", "Choices": [rule], "Default": "T"});
        Some(json!({"StartAt": "C", "States": {"C": choice, "T": {"Type": "Succeed"}}}))
    } else if result["IntervalSeconds"].is_number() {
        let arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
        let task = json!({"Type": "Task", "Resource": arn, "Retry": [result], "End": true});
        Some(json!({"StartAt": "T", "States": {"T": task}}))
    } else if result["nonsense"].is_boolean() {
        Some(result.clone())
    } else {
        None
    }
}

/// The documents of `_accepted.json` with a mistake that can be known, and what it is.
const MISTAKES: &[(&str, Code)] = &[
    ("NumericEquals accepts bool", Code::WrongType),
    ("TimestampEquals accepts any string", Code::BadTimestamp),
    ("And with empty list", Code::EmptyList),
    ("Choice with no choices", Code::EmptyList),
    ("Choice with no default", Code::NoDefault),
    ("Rule class with unknown operator", Code::UnknownField),
    ("JSONPath not parsed", Code::BadJsonPath),
    ("placeholder type is not compared with the parameter type", Code::WrongType),
    ("negative wait", Code::NumberOutOfRange),
    ("wait seconds as str", Code::WrongType),
    ("timestamp garbage", Code::BadTimestamp),
    ("bad JSONPath", Code::BadJsonPath),
    ("Task without resource", Code::MissingField),
    ("Task resource not an ARN", Code::BadResource),
    ("heartbeat >= timeout", Code::HeartbeatNotShorter),
    ("timeout 0", Code::NumberOutOfRange),
    ("Retry without error_equals", Code::MissingField),
    ("Retry backoff < 1", Code::NumberOutOfRange),
    ("States.ALL not last / not alone", Code::StatesAllPlacement),
    ("Parallel with no branches", Code::EmptyList),
    ("same state id in two Parallel branches", Code::DuplicateStateName),
    ("Parallel branch reuses an outer state id", Code::DuplicateStateName),
    ("Parallel branch jumps to an outer state", Code::DuplicateStateName),
    ("cycle without exit", Code::NoWayToEnd),
    ("LambdaStep without parameters", Code::MissingField),
    ("wait_for_callback without a task token in the payload", Code::TokenNotSent),
    ("misspelt service parameter", Code::UnknownParameter),
    ("FrozenGraph.from_json accepts anything", Code::NotADefinition),
];

/// The documents of `_accepted.json` whose mistake, if any, cannot be known, each with the reason.
const NOTHING_TO_FIND: &[(&str, &str)] = &[
    ("identical duplicate id in 2 choice branches is merged", "the document has one such state, as is right"),
    ("StepInput of the wrong state, through a Choice edge", "the path is right for what the state before gives"),
    ("StepInput of the wrong state, through a Catch edge", "the path is right for what the state before gives"),
    ("StepInput of the wrong state, inside a list of objects", "the path is right for what the state before gives"),
    ("ExecutionInput not declared on the Workflow", "a document does not say what its input is"),
    ("StepInput ignores result_path/output_path of its state", "a path may find nothing: data is not known"),
    ("output_schema is not compared with anything produced", "a path may find nothing: data is not known"),
    ("empty state id", "whether AWS takes an empty name is not recorded"),
    ("definition snapshot ignores later edits", "what is missing the document cannot show"),
    ("resource kwarg silently overwritten", "the request is empty, as in machines that are to be filled in"),
    ("EndpointStep parameters kwarg overwritten", "what is missing the document cannot show"),
];

#[test]
fn what_the_sdk_lets_through_is_found() {
    let mut documents = 0;
    for case in cases("_accepted.json") {
        let Some(document) = document(&case["result"]) else { continue };
        documents += 1;
        let name = case["case"].as_str().unwrap();
        let found = check_definition(&document, MachineType::Standard);
        match MISTAKES.iter().find(|(case, _)| *case == name) {
            Some((_, code)) => assert!(found.iter().any(|found| found.code == *code), "{name}: {found:?}"),
            None => assert!(NOTHING_TO_FIND.iter().any(|(case, _)| *case == name), "{name} is in no list: {found:?}"),
        }
    }
    if documents > 0 {
        assert_eq!(documents, MISTAKES.len() + NOTHING_TO_FIND.len());
    }
}

/// What the SDK refuses, where a document can have the mistake: a document that has it, and what is found.
#[test]
fn what_the_sdk_refuses_is_found() {
    let known: Vec<_> = cases("_rejected.json").iter().map(|case| case["case"].as_str().unwrap().to_owned()).collect();
    let state = |state: Value| {
        let states = json!({"S": state, "T": {"Type": "Succeed"}, "U": {"Type": "Pass", "Next": "T"}});
        json!({"StartAt": "U", "States": states})
    };
    let last = |mut fields: Value| {
        fields["End"] = true.into();
        json!({"StartAt": "S", "States": {"S": fields}})
    };
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
    let task = |field: &str, value: Value| last(json!({"Type": "Task", "Resource": arn, field: value}));
    let rule = |mut rule: Value| {
        rule["Next"] = "T".into();
        let choice = json!({"Type": "Choice", "Choices": [rule], "Default": "T"});
        json!({"StartAt": "C", "States": {"C": choice, "T": {"Type": "Succeed"}}})
    };
    let on = |operator: &str, operand: Value| rule(json!({"Variable": "$.a", operator: operand}));
    let timeouts = |field: &str| {
        let path = format!("{field}Path");
        last(json!({"Type": "Task", "Resource": arn, field: 1, path: "$.t"}))
    };
    let table: &[(&str, Value, Code)] = &[
        ("unknown field on a state", last(json!({"Type": "Pass", "retry": []})), Code::UnknownField),
        (
            "Fail with input_path",
            json!({"StartAt": "F", "States": {"F": {"Type": "Fail", "InputPath": "$.e"}}}),
            Code::UnknownField,
        ),
        (
            "Wait with two durations",
            last(json!({"Type": "Wait", "Seconds": 1, "TimestampPath": "$.t"})),
            Code::ExclusiveFields,
        ),
        ("Wait without a duration", last(json!({"Type": "Wait"})), Code::MissingField),
        ("Task both timeouts", timeouts("TimeoutSeconds"), Code::ExclusiveFields),
        ("Task both heartbeats", timeouts("HeartbeatSeconds"), Code::ExclusiveFields),
        ("Catch without next_step", task("Catch", json!([{"ErrorEquals": ["States.ALL"]}])), Code::MissingField),
        ("next() on Succeed", state(json!({"Type": "Succeed", "Next": "T"})), Code::UnknownField),
        ("next() on Fail via Chain", state(json!({"Type": "Fail", "Next": "T"})), Code::UnknownField),
        ("add_retry on Pass", last(json!({"Type": "Pass", "Retry": [{"ErrorEquals": ["x"]}]})), Code::UnknownField),
        ("add_catch on Wait", last(json!({"Type": "Wait", "Seconds": 1, "Catch": []})), Code::UnknownField),
        ("empty Chain as definition", json!({"StartAt": "S", "States": {}}), Code::NoStates),
        ("Map without iterator", last(json!({"Type": "Map"})), Code::MissingField),
        ("Parallel branch not a state", last(json!({"Type": "Parallel", "Branches": ["x"]})), Code::WrongType),
        ("definition not State/Chain", json!({"StartAt": "x"}), Code::MissingField),
        ("variable without $", rule(json!({"Variable": "a", "StringEquals": "x"})), Code::BadJsonPath),
        ("NumericEquals with str", on("NumericEquals", json!("1")), Code::WrongType),
        ("StringEquals with int", on("StringEquals", json!(1)), Code::WrongType),
        ("BooleanEquals with int", on("BooleanEquals", json!(1)), Code::WrongType),
        ("IsPresent with str", on("IsPresent", json!("yes")), Code::WrongType),
        ("StringEqualsPath literal", on("StringEqualsPath", json!("lit")), Code::BadJsonPath),
        ("And with non-rule", rule(json!({"And": ["x"]})), Code::WrongType),
        ("Not with non-rule", rule(json!({"Not": "x"})), Code::WrongType),
        ("unknown operator", on("StringFoo", json!("x")), Code::UnknownField),
        (
            "EKS unsupported pattern",
            last(json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.sync",
            "Parameters": {"FunctionName": "f"}})),
            Code::BadResource,
        ),
    ];
    for (case, document, code) in table {
        assert!(known.is_empty() || known.iter().any(|known| known == case), "there is no case {case}");
        let found = check_definition(document, MachineType::Standard);
        assert!(found.iter().any(|found| found.code == *code), "{case}: {found:?}");
    }
}
