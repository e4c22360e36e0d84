//! Tests that `deploy` keeps the declared types with the state machine, and that `start` and `plan` use them.

#![cfg(feature = "aws")]
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::aws::{ROLE, Service, run};
use super::command::file;
use super::faulty::{Fate, Proxy};
use super::serve::Serving;

fn order(folder: &str, input: &str) -> PathBuf {
    let text = format!(
        "use workflow_runtime::workflow;
        workflow! {{
            pub workflow Order {{
                input {{ {input} }}
                struct Line {{ sku: String, pieces: u8 }}
                enum Kind {{ Book, Gift }}
                pass Only {{ id: input.id }} -> end;
            }}
        }}"
    );
    file(folder, "order.rs", text)
}

const INPUT: &str = "id: i64, lines: Vec<Line>, kind: Option<Kind>";

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Returns the number of executions.
fn started(service: &Service, machine: &str) -> usize {
    service.json(&["list", machine]).as_array().unwrap().len()
}

fn tags(service: &Service) -> Value {
    service.json(&["describe", "Order", "--machine"])["tags"].clone()
}

#[test]
fn an_input_is_checked_against_the_contract_before_anything_starts() {
    let service = Service::new();
    let order = order("contract-start", INPUT);
    service.deploy(&order, &["--alias", "live"]);
    let wrong = r#"{"id":"7","lines":[{"sku":"a","pieces":1},{"pieces":256}],"kind":"Toy"}"#;
    for machine in ["Order", "Order:1", "Order:live"] {
        let done = service.run(&["start", machine, "--input", wrong]);
        assert_eq!((done.code, done.stdout.as_str()), (Some(2), ""), "{}", done.stderr);
        assert_eq!(
            done.stderr,
            "error: the input does not match the declared type:\n  `input.id`: expected an integer, found \"7\"\n  \
             `input.lines[1].sku`: expected a string, found nothing\n  \
             `input.lines[1].pieces`: expected an integer from 0 to 255, found 256\n  \
             `input.kind`: expected one of \"Book\", \"Gift\" or null, found \"Toy\"\n\
             help: correct it; nothing was started\n"
        );
    }
    let lines = [r#"{"id":1,"lines":[]}"#, "", r#"{"id":2}"#, "[]"].join("\n");
    let inputs = file("contract-start", "inputs.jsonl", lines);
    let done = service.run(&["start", "Order", "--inputs", text(&inputs)]);
    assert_eq!(done.code, Some(2), "{}", done.stderr);
    let expected = "\n  line 3: `input.lines`: expected an array, found nothing\n  line 4: `input`: expected an object, found []\n";
    assert!(done.stderr.contains(expected), "{}", done.stderr);
    assert_eq!(started(&service, "Order"), 0);

    let ran = service.json(&["start", "Order:live", "--input", r#"{"id":7,"lines":[],"kind":null}"#, "--wait"]);
    assert_eq!(ran["output"], json!({"id": 7}));
    let inputs = file("contract-start", "right.jsonl", r#"{"id":1,"lines":[],"more":true}"#);
    assert_eq!(service.run(&["start", "Order", "--inputs", text(&inputs)]).code, Some(0));
    assert_eq!(started(&service, "Order"), 2);
}

#[test]
fn the_console_has_the_types_of_a_deployed_state_machine() {
    let order = order("contract-console", INPUT);
    let serving = Serving::new(order.parent().unwrap(), &[], &[]);
    let url = format!("http://{}", serving.address);
    let done = run(&["deploy", text(&order), "--role", ROLE, "--format", "json"], &[("AWS_ENDPOINT_URL_SFN", &url)]);
    let deployed: Value = serde_json::from_str(&done.stdout).unwrap_or_else(|_| panic!("{}", done.stderr));
    let arn = deployed["stateMachineArn"].as_str().unwrap();
    let (code, shown) = serving.send(&format!("GET /console/input?arn={arn} HTTP/1.1"), "");
    let name = shown["schema"]["$ref"].as_str().unwrap().trim_start_matches('#').to_owned();
    assert_eq!((code, &shown["schema"].pointer(&name).unwrap()["required"]), (200, &json!(["id", "lines"])));
}

#[test]
fn the_types_of_a_deployed_state_machine_are_printed() {
    let service = Service::new();
    let order = order("contract-types", INPUT);
    let arn = service.deploy(&order, &[])["stateMachineArn"].as_str().unwrap().to_owned();
    let types =
        |named: &str| -> Value { serde_json::from_str(&service.ok(&["types", named, "--to", "json-schema"])).unwrap() };
    assert_eq!(types(&arn), types(text(&order)));
    let other = service.run(&["types", &arn, "--to", "python"]);
    assert!(other.code == Some(2) && other.stderr.contains("--to json-schema"), "{}", other.stderr);
    let none = service.run(&["types", &arn.replace("Order", "Other"), "--to", "json-schema"]);
    assert_eq!(none.code, Some(6), "{}", none.stderr);
}

#[test]
fn a_contract_counts_for_the_definition_that_was_deployed_with_it() {
    let service = Service::new();
    service.deploy(&order("contract-one", "id: String"), &["--publish"]);
    let two =
        std::fs::read_to_string(order("contract-two", "id: i64")).unwrap().replace("{ id: input", "{ number: input");
    let two = file("contract-two", "order.rs", two);
    let deployed = service.deploy(&two, &["--alias", "live", "--allow", "breaking"]);
    assert_eq!(deployed["change"], "updated");
    let text = r#"{"id":"a"}"#;
    for (machine, code) in [("Order:1", 0), ("Order:2", 2), ("Order:live", 2), ("Order", 2)] {
        assert_eq!(service.run(&["start", machine, "--input", text]).code, Some(code), "{machine}");
    }
    // The alias sends some executions to the older definition.
    service.ok(&["alias", "Order", "live", "--to", "1", "--weight", "50"]);
    assert_eq!(service.run(&["start", "Order:live", "--input", text]).code, Some(0));
}

#[test]
fn a_contract_is_neither_drift_nor_a_tag_of_the_user() {
    let service = Service::new();
    let first = order("contract-tags", INPUT);
    service.deploy(&first, &["--tag", "team=a"]);
    let kept = tags(&service)["workflow-runtime/contract"].clone();
    assert!(kept.is_string(), "{kept}");
    assert_eq!(service.deploy(&first, &["--tag", "team=a"])["change"], "unchanged");
    service.deploy(&first, &["--tag", "team=b"]);
    assert_eq!((&tags(&service)["workflow-runtime/contract"], &tags(&service)["team"]), (&kept, &json!("b")));
    // People are not shown what deployments keep.
    assert!(service.ok(&["describe", "Order", "--machine"]).contains(r#"tags: {"team":"b"}"#));
    let plan = |file: &Path| service.run(&["plan", text(file), "--format", "json"]);
    assert_eq!(plan(&first).code, Some(0));

    // Only the type changes, which the definition does not show.
    let narrower = order("contract-narrower", &format!("{INPUT}, note: String"));
    let planned = plan(&narrower);
    assert_eq!(planned.code, Some(4), "{}", planned.stderr);
    assert!(planned.stdout.contains("`note` may be missing"), "{}", planned.stdout);
    let refused = service.run(&["deploy", text(&narrower), "--role", ROLE]);
    assert_eq!(refused.code, Some(10), "{}", refused.stderr);
    assert_eq!(tags(&service)["workflow-runtime/contract"], kept);
    assert_eq!(service.deploy(&narrower, &["--allow", "breaking"])["change"], "updated");
    assert_eq!(plan(&narrower).code, Some(0));
    assert_eq!(service.run(&["start", "Order", "--input", r#"{"id":7,"lines":[]}"#]).code, Some(2));

    // A definition without types has no contract.
    let untyped = service.ok(&["asl", text(&narrower)]);
    let untyped = file("contract-narrower", "Order.json", untyped);
    assert_eq!(service.deploy(&untyped, &[])["change"], "updated");
    let left = tags(&service);
    assert!(left.as_object().unwrap().keys().all(|key| !key.contains("contract")), "{left}");
    assert_eq!(service.run(&["start", "Order", "--input", "[]"]).code, Some(0));
}

#[test]
fn a_file_declares_the_input_of_a_state_machine_without_a_contract() {
    let service = Service::new();
    let order = order("contract-file", INPUT);
    let untyped = file("contract-file", "Order.json", service.ok(&["asl", text(&order)]));
    service.deploy(&untyped, &[]);
    let wrong = r#"{"id":7}"#;
    let done = service.run(&["start", "Order", "--input", wrong, "--file", text(&order)]);
    assert_eq!(done.code, Some(2), "{}", done.stderr);
    assert!(done.stderr.contains("\n  `input.lines`: expected an array, found nothing\n"), "{}", done.stderr);
    let unknown = service.run(&["start", "Order", "--file", text(&order), "--name", "Other"]);
    assert_eq!(unknown.code, Some(2), "{}", unknown.stderr);
    assert_eq!(started(&service, "Order"), 0);
    assert_eq!(service.run(&["start", "Order", "--input", wrong]).code, Some(0));
    let done = service.run(&["start", "Order", "--input", wrong, "--file", text(&untyped)]);
    assert_eq!(done.code, Some(0));
    assert!(done.stderr.contains("declares no input: any is accepted"), "{}", done.stderr);
}

#[test]
fn a_contract_that_does_not_fit_is_not_kept() {
    let service = Service::new();
    let mut fields = "id: i64".to_owned();
    let mut random = 7_u64;
    for number in 0..1_500 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let _ = write!(fields, ", f{number}_{random:x}: Option<String>");
    }
    let large = order("contract-large", &fields);
    let done = service.run(&["deploy", text(&large), "--role", ROLE]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stderr.contains("note: the declared types are not kept"), "{}", done.stderr);
    assert_eq!(service.run(&["start", "Order", "--input", "{}", "--file", text(&large)]).code, Some(2));
    assert_eq!(started(&service, "Order"), 0);
    assert_eq!(service.run(&["start", "Order", "--input", "{}"]).code, Some(0));
}

#[test]
fn a_caller_who_may_not_read_the_contract_is_not_stopped() {
    let service = Service::new();
    service.deploy(&order("contract-denied", INPUT), &[]);
    let proxy = Proxy::new(&service, |operation, _| match operation {
        "ListTagsForResource" => Fate::Answered(400, r#"{"__type":"AccessDeniedException","message":"no"}"#),
        _ => Fate::Passes,
    });
    let done = proxy.run(&["start", "Order", "--input", "{}"]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    assert_eq!((proxy.asked("ListTagsForResource"), started(&service, "Order")), (1, 1));
}
