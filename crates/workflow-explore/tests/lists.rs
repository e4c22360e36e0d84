//! Lists of task results, of which expressions read items by number or members of all items.

use serde_json::{Value, json};
use workflow_cases::every;
use workflow_explore::{Explorer, Severity};
use workflow_local::Engine;
use workflow_local::internal::InternalEngine;
use workflow_schema::{Field, ResultType, Shape, Types};

const LISTED: &str = "aws-sdk:s3:listObjectsV2";
const QUERIED: &str = "aws-sdk:dynamodb:query";

/// A task and what computes with its result: a template of JSONPath, or an expression of JSONata.
fn document(resource: &str, read: &Value) -> Value {
    let mut task = json!({ "Type": "Task", "Resource": format!("arn:aws:states:::{resource}"), "End": true });
    let language = if read.is_string() { "JSONata" } else { "JSONPath" };
    task[if read.is_string() { "Arguments" } else { "Parameters" }] = json!({});
    task[if read.is_string() { "Output" } else { "ResultSelector" }] = read.clone();
    json!({ "QueryLanguage": language, "StartAt": "A", "States": { "A": task } })
}

/// The decisions of the errors that exploration finds.
fn errors(engine: &Engine) -> Vec<String> {
    let report = Explorer::new(engine).unwrap().explore().unwrap();
    assert!(report.undecided.is_empty() && report.unreached.is_empty(), "{report}");
    let found = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
    found.filter_map(|finding| finding.decisions.last().map(ToString::to_string)).collect()
}

#[test]
fn a_list_without_items_and_the_members_of_its_items_are_tried() {
    let jsonata = |text: &str| json!(format!("{{% {text} %}}"));
    let cases: Vec<(&str, Value, &[&str])> = vec![
        (QUERIED, jsonata("$states.result.Items[0].id.S"), &[r#"`A` gives {"Items":[]}"#]),
        (QUERIED, json!({ "id.$": "$.Items[0].id.S" }), &[r#"`A` gives {"Items":[]}"#]),
        // Nothing says that there may be no rows, and an instance is there where it was started.
        ("lambda:invoke", json!({ "id.$": "$.Payload.rows[1].id" }), &[]),
        ("aws-sdk:ec2:runInstances", json!({ "id.$": "$.Instances[0].InstanceId" }), &[]),
        ("aws-sdk:ec2:describeInstances", jsonata("$states.result.Reservations[0].Instances[0].State.Name"), &[]),
        (QUERIED, jsonata("$count($states.result.Items) > 0 ? $states.result.Items[0].id.S : 'none'"), &[]),
        (QUERIED, jsonata("[$states.result.Items.id.S]"), &[]),
        (LISTED, jsonata("$states.result.Contents.Size"), &[r#"`A` gives {"Contents":[]}"#]),
        (LISTED, jsonata("$sum([$states.result.Contents.Size])"), &[]),
        (LISTED, jsonata("$states.result.(Contents and $sum(Contents.Size) > Contents[0].Size)"), &[]),
        ("aws-sdk:sqs:receiveMessage", jsonata("[$states.result.Messages.Body]"), &[]),
    ];
    every(cases, |(resource, read, expected)| {
        let document = document(resource, &read);
        assert_eq!(errors(&Engine::new(&document).unwrap()), expected, "{document}");
    });
}

#[test]
fn a_choice_that_tests_an_item_guards_it() {
    let mut document = document(QUERIED, &json!({ "Items.$": "$.Items" }));
    document["States"]["A"]["Next"] = "Any".into();
    document["States"]["A"].as_object_mut().unwrap().remove("End");
    document["States"]["Any"] = json!({ "Type": "Choice", "Default": "None",
        "Choices": [{ "Variable": "$.Items[0]", "IsPresent": true, "Next": "First" }] });
    document["States"]["First"] = json!({ "Type": "Pass", "Parameters": { "id.$": "$.Items[0].id.S" }, "End": true });
    document["States"]["None"] = json!({ "Type": "Succeed" });
    assert_eq!(errors(&Engine::new(&document).unwrap()), [""; 0]);
}

#[test]
fn a_list_of_a_declared_type_may_be_empty() {
    const fn field(name: &'static str, shape: &'static Shape) -> Field {
        Field { name, rust: name, optional: false, skipped: false, flat: false, shape, rules: &[] }
    }
    static BILL: Shape = Shape::Object {
        of: &[field("items", &Shape::Array { of: &Shape::Object { of: &[field("sku", &Shape::Text)] } })],
    };
    static TYPES: Types =
        Types { results: &[ResultType { state: "A", member: "Payload", shape: &BILL }], ..Types::NONE };
    let document = document("lambda:invoke", &json!("{% $states.result.Payload.items[0].sku %}"));
    let engine = Engine::new(&document).unwrap().declaring(&TYPES);
    assert_eq!(errors(&engine), [r#"`A` gives {"Payload":{"items":[]}}"#]);
}
