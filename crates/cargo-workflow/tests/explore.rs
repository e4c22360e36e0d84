//! `cargo workflow explore`: what it prints and writes, and its exit codes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use workflow_cases::every;

use serde_json::{Value, json};

/// What `--test` writes, as functions that the tests call.
#[rustfmt::skip]
#[path = "files/written/of_document.rs"]
mod of_document;
#[rustfmt::skip]
#[path = "files/written/of_rust.rs"]
mod of_rust;
use crate::written;

fn explore(file: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"));
    command.args(["workflow", "explore", file]).args(arguments).output().unwrap()
}

fn file(name: &str, definition: &Value) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, definition.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The saga with the state that a failed refund goes to.
fn saga(refund_fails: &str) -> Value {
    let task = |function: &str, next: &str, caught: &str| {
        json!({
            "Type": "Task", "Resource": format!("arn:aws:lambda:us-east-1:123456789012:function:{function}"), "ResultPath": null,
            "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": caught }], "Next": next,
        })
    };
    json!({ "StartAt": "Reserve", "States": {
        "Reserve": task("reserve", "Charge", "Rejected"),
        "Charge": task("charge", "Ship", "Release"),
        "Ship": task("ship", "Done", "Refund"),
        "Refund": task("refund", "Release", refund_fails),
        "Release": task("release", "Rejected", "Rejected"),
        "Done": { "Type": "Succeed" },
        "Rejected": { "Type": "Fail", "Error": "Rejected" },
    } })
}

const RELEASED: [&str; 2] = ["--property", "after Reserve: Done or Release"];

#[test]
fn what_does_not_hold_is_printed_and_written() {
    let wrong = file("saga-wrong.json", &saga("Rejected"));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let [test, mocks, page] = ["explored.rs", "explored.json", "explored.html"].map(|name| folder.join(name));
    let files =
        ["--test", test.to_str().unwrap(), "--mocks", mocks.to_str().unwrap(), "--html", page.to_str().unwrap()];
    let output = explore(&wrong, &[&RELEASED[..], &files].concat());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("path: Reserve -> Charge -> Ship -> Refund -> Rejected"), "{text}");
    assert!(
        std::fs::read_to_string(test)
            .unwrap()
            .contains("\"after Reserve: Done or Release\".parse::<workflow_explore::Property>()")
    );
    let page = std::fs::read_to_string(page).unwrap();
    for said in
        ["“after Reserve: Done or Release” does not hold: ", " executions tried.", "`Refund` fails with `UnnamedError`"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    // The mock file leads there.
    let mocks = mocks.to_str().unwrap().to_owned();
    let run = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"))
        .args(["workflow", "run", &wrong, "--mocks", &mocks, "--history", "json"])
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(1), "{run:?}");
    let events: Value = serde_json::from_slice(&run.stdout).unwrap();
    let entered =
        events.as_array().unwrap().iter().filter_map(|event| event["stateEnteredEventDetails"]["name"].as_str());
    assert_eq!(entered.collect::<Vec<_>>(), ["Reserve", "Charge", "Ship", "Refund", "Rejected"]);
}

#[test]
fn programs_read_json() {
    let output = explore(&file("saga-json.json", &saga("Rejected")), &[&RELEASED[..], &["--format", "json"]].concat());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["status"], "broken");
    let finding = &report["findings"][0];
    assert_eq!(
        (&finding["property"], &finding["state"]),
        (&json!("after Reserve: Done or Release"), &json!("Reserve"))
    );
    assert_eq!(finding["decisions"][4], json!({ "state": "Refund", "fails": "UnnamedError", "lasting": "once" }));
    assert_eq!(report["bounds"]["faults"], 2);
}

#[test]
fn what_holds_is_said_with_its_bounds() {
    let output = explore(&file("saga-right.json", &saga("Release")), &RELEASED);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("saga-right: holds within these bounds\n"), "{text}");
    assert!(text.contains("bounds: 2 faults in an execution, 10 turns of a loop"), "{text}");
    let never = json!({ "StartAt": "Any", "States": {
        "Any": { "Type": "Choice", "Default": "Done", "Choices": [
            { "And": [{ "Variable": "$.n", "NumericGreaterThan": 5 }, { "Variable": "$.n", "NumericLessThan": 5 }], "Next": "Work" }] },
        "Work": { "Type": "Pass", "End": true }, "Done": { "Type": "Succeed" } } });
    let never = explore(&file("never.json", &never), &[]);
    // `validate` shows that no execution can take the rule.
    assert_eq!(never.status.code(), Some(0), "{never:?}");
    let few = explore(&file("saga-few.json", &saga("Release")), &["--executions", "2"]);
    assert_eq!(few.status.code(), Some(4), "{few:?}");
    assert!(String::from_utf8(few.stdout).unwrap().contains(", or raise `--executions`"));
}

#[test]
fn the_cookbook_and_the_templates_have_no_error() {
    let workspace = crate::generated::workspace();
    let folders = ["examples/tests/cookbook", "examples/src", "crates/cargo-workflow/templates"];
    let mut files: Vec<_> = folders.iter().flat_map(|folder| rust_files(&workspace.join(folder))).collect();
    files.retain(|file| std::fs::read_to_string(file).unwrap().contains("\nworkflow! {"));
    every(&files, |file| {
        let output = explore(file.to_str().unwrap(), &[]);
        // 4: something was not shown within the bounds.
        assert!(matches!(output.status.code(), Some(0 | 4)), "{}", String::from_utf8_lossy(&output.stdout));
    });
    assert!(files.len() > 20, "{files:?}");
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let inside = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_rust = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    inside.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] }).filter(is_rust).collect()
}

#[test]
fn a_workflow_in_rust() {
    let saga = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/src/order_saga.rs");
    let output = explore(saga, &RELEASED);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("OrderSaga: holds"));
}

#[test]
fn an_output_of_another_type_than_declared() {
    let total = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("total.rs");
    let text = r#"workflow_runtime::workflow! {
        pub workflow Total {
            input { id: String }
            returns { total: f64 }
            task Ask = lambda::invoke { FunctionName: "ask", Payload: { id: input.id } } catch [States.ALL] -> Failed -> Done;
            succeed Done { total: Ask.Payload.total }
            fail Failed { error: "Failed" }
        }
    }"#;
    std::fs::write(&total, text).unwrap();
    let total = total.to_str().unwrap();
    let output = explore(total, &["--result", r#"Ask={"Payload":{"total":"12"}}"#]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(printed.contains("1. the output has its type\n   `output.total`: expected f64, found \"12\""), "{printed}");
}

#[test]
fn an_express_child_answers_with_its_status_and_its_output_as_text() {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("express_child.rs");
    let text = r#"workflow! {
        workflow Parent {
            input { id: String }
            params { child: String }
            returns { price: f64 }
            task Price = workflow::<Quote>.express { StateMachineArn: params.child, Input: { id: input.id } }
                catch [States.ALL] -> Free
                -> Done;
            pass Done { price: Price.Output.price } -> end;
            pass Free { price: 0 } -> end;
        }
        workflow Quote {
            type express;
            input { id: String }
            returns { price: f64 }
            pass Done { price: $length(input.id) } -> end;
        }
    }"#;
    std::fs::write(&path, text).unwrap();
    let output = explore(path.to_str().unwrap(), &["--name", "Parent"]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    assert!(printed.contains("Parent: holds within these bounds"), "{printed}");
}

#[test]
fn what_cannot_be_explored_is_an_error_at_the_word() {
    let saga = file("saga-bad.json", &saga("Release"));
    every(
        [
            (
                &["--property", "after Reserve: Relaese"][..],
                "unknown state `Relaese`, in the property `after Reserve: Relaese`\n  = help: did you mean `Release`?",
            ),
            (&["--property", "Reserve then Charge"], "expected `before`, found `then`"),
            (&["--property", "at most once Rejected"], "`Rejected` never succeeds: it is a Fail state"),
            (&["--faults", "0"], "the bound `faults` is 0"),
            (&["--result", "Pay={}"], "values are given for `Pay`, which is not a task"),
            (&["--result", "Ship={"], "the result of `Ship` is not JSON"),
            (&["--input", "{"], "--input is not JSON"),
        ],
        |(arguments, message)| {
            let output = explore(&saga, arguments);
            assert_eq!(output.status.code(), Some(2), "{output:?}");
            let error = String::from_utf8(output.stderr).unwrap();
            assert!(error.contains(message), "{error}");
        },
    );
}

/// A workflow with what it declares, and the state that a failed shipment goes to.
fn declaring(name: &str, properties: &str, ship_fails: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let task = |name: &str, fails: &str, next: &str| {
        format!("task {name} = lambda::invoke {{ FunctionName: \"f\" }} catch [States.ALL] -> {fails} -> {next};")
    };
    let states = [
        task("Reserve as \"Book it\"", "Failed", "Charge"),
        task("Charge", "Release", "Ship"),
        task("Ship", ship_fails, "Done"),
        task("Release", "Failed", "Failed"),
    ];
    let text = format!(
        "workflow_runtime::workflow! {{ workflow Order {{ {properties} {} succeed Done; fail Failed {{ error: \"No\" }} }} }}",
        states.concat()
    );
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn what_the_workflow_declares_is_explored() {
    let properties = "property after Reserve: Done or Release; property at most once Charge;";
    let output = explore(&declaring("declared-wrong.rs", properties, "Failed"), &["--format", "json"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["findings"][0]["property"], "after \"Book it\": Done or Release");
    assert_eq!(report["findings"][0]["state"], "Book it");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1));

    let right = declaring("declared-right.rs", properties, "Release");
    assert_eq!(explore(&right, &[]).status.code(), Some(0));
    // The same again adds nothing, another one does.
    let again = ["--property", "at most once Charge", "--property", "ends in Done", "--format", "json"];
    let output = explore(&right, &again);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let properties = report["findings"].as_array().unwrap().iter().map(|finding| finding["property"].as_str());
    assert_eq!(properties.collect::<Vec<_>>(), [Some("ends in Done")]);
}

#[test]
fn a_wrong_declared_property_is_an_error_at_its_word() {
    let output = explore(&declaring("declared-unknown.rs", "property after Reserve: Relese;", "Release"), &[]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("error[WF0220]: unknown state `Relese`") && text.contains("did you mean `Release`?"),
        "{text}"
    );
}

#[test]
fn what_output_path_reads_is_in_the_results() {
    let lambda = |resource: &str, path: &str| {
        json!({ "StartAt": "L", "States": {
            "L": { "Type": "Task", "Resource": resource, "Parameters": { "FunctionName": "f" }, "OutputPath": path,
                "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "F" }], "End": true },
            "F": { "Type": "Fail", "Error": "X" } } })
    };
    every(
        [
            ("invoke", lambda("arn:aws:states:::lambda:invoke", "$.Payload")),
            ("direct", lambda("arn:aws:lambda:us-east-1:123456789012:function:f", "$.result")),
        ],
        |(name, definition)| {
            let output = explore(&file(&format!("output-path-{name}.json"), &definition), &[]);
            assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
        },
    );
}

#[test]
fn written_tests_are_whole_files() {
    let both = &["--property", "ends in Sold"][..];
    let cases = [("booking.rs", "of_rust.rs", both), ("loop.asl.json", "of_document.rs", &["--fail-on", "note"])];
    every(cases, |(definition, test, arguments)| {
        written::is_checked_in(test, |test| {
            let definition = written::folder().join(definition);
            let arguments = [arguments, &["--test", test.to_str().unwrap()]].concat();
            let output = explore(definition.to_str().unwrap(), &arguments);
            assert_eq!(output.status.code(), Some(1), "{output:?}");
        });
    });
}

#[test]
#[should_panic(expected = "`Reserve` has succeeded")]
fn the_written_test_of_a_workflow_fails_as_long_as_the_finding_stands() {
    of_rust::after_reserve_sold_or_release_reserve();
}

#[test]
#[should_panic(expected = "the execution ends in")]
fn the_written_test_of_another_finding_fails_too() {
    of_rust::ends_in_sold();
}

#[test]
#[should_panic(expected = "UnnamedError")]
fn the_written_test_of_a_document_fails_as_long_as_the_finding_stands() {
    of_document::no_error_is_left_uncaught_ask();
}

#[test]
fn accepted_findings_are_in_a_file_beside_the_definition() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("accepted");
    std::fs::create_dir_all(&folder).unwrap();
    let baseline = folder.join("explore.toml");
    let _ = std::fs::remove_file(&baseline);
    let ask = json!({ "StartAt": "Ask", "States": { "Ask": {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
        "Parameters": { "QueueUrl": "q", "MessageBody": { "token.$": "$$.Task.Token" } } } } });
    let definition = folder.join("ask.asl.json");
    std::fs::write(&definition, ask.to_string()).unwrap();
    let definition = definition.to_str().unwrap();
    assert_eq!(explore(definition, &[]).status.code(), Some(1));

    let reason = "people \"answer\"";
    let added = explore(definition, &["--accept", reason]);
    assert_eq!(added.status.code(), Some(0), "{added:?}");
    let written = std::fs::read_to_string(&baseline).unwrap();
    assert!(written.contains("finding = \"every execution ends: Ask\"\n"), "{written}");
    let accepted = explore(definition, &["--fail-on", "note"]);
    let printed = String::from_utf8(accepted.stdout).unwrap();
    assert_eq!(accepted.status.code(), Some(0), "{printed}");
    assert!(printed.contains("accepted: every execution ends: Ask: people \"answer\"\n"), "{printed}");

    std::fs::write(&baseline, "[[accepted]]\nworkflow = \"ask\"\nfindings = \"x\"\n").unwrap();
    let wrong = explore(definition, &[]);
    assert_eq!(wrong.status.code(), Some(2));
    let told = String::from_utf8(wrong.stderr).unwrap();
    assert!(told.contains("unknown field `findings`") && told.contains("= help: each `[[accepted]]` has"), "{told}");
}

#[test]
fn a_document_is_explored_as_express() {
    let definition =
        json!({ "StartAt": "Rest", "States": { "Rest": { "Type": "Wait", "Seconds": 400, "End": true } } });
    let file = file("as-express.json", &definition);
    assert_eq!(explore(&file, &[]).status.code(), Some(0));
    let output = explore(&file, &["--type", "express"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(String::from_utf8(output.stdout).unwrap().contains("times out although nothing has gone wrong"));
}

#[test]
fn findings_have_the_formats_of_validate() {
    let wrong = file("saga-formats.json", &saga("Rejected"));
    let printed = |format: &str| {
        let output = explore(&wrong, &[&RELEASED[..], &["--format", format]].concat());
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let sarif: Value = serde_json::from_str(&printed("sarif")).unwrap();
    let run = &sarif["runs"][0];
    let rule = &run["tool"]["driver"]["rules"][0];
    assert_eq!(rule["id"], "after-reserve-done-or-release");
    assert!(rule["help"]["text"].as_str().unwrap().contains("declares this property"), "{rule}");
    assert!(rule["helpUri"].as_str().unwrap().ends_with("/docs/exploring.md#what-must-hold"), "{rule}");
    let result = &run["results"][0];
    assert_eq!((&result["level"], &result["ruleId"]), (&json!("error"), &json!("after-reserve-done-or-release")));
    let region = &result["locations"][0]["physicalLocation"]["region"];
    let text = std::fs::read_to_string(&wrong).unwrap();
    let column = text.find("\"Reserve\":").unwrap() + 1;
    assert_eq!((&region["startLine"], &region["startColumn"]), (&json!(1), &json!(column)), "{result}");
    assert!(result["message"]["text"].as_str().unwrap().contains("- `Refund` fails with `UnnamedError`"), "{result}");

    let junit = printed("junit");
    assert!(junit.contains(r#"<testsuites name="cargo workflow explore" tests="1" failures="1">"#), "{junit}");
    assert!(junit.contains(r#"name="after-reserve-done-or-release at 1:"#), "{junit}");
    let annotation = printed("github");
    assert!(annotation.starts_with("::error file="), "{annotation}");

    // What holds has no result in SARIF, and a passed case in JUnit.
    let right = file("saga-formats-right.json", &saga("Release"));
    let output = explore(&right, &[&RELEASED[..], &["--format", "junit"]].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let junit = String::from_utf8(output.stdout).unwrap();
    assert!(junit.contains(r#"tests="1" failures="0""#) && junit.contains(r#"name="no finding""#), "{junit}");
}

#[test]
fn findings_are_excluded_by_property_state_or_key() {
    let wrong = file("saga-excluded.json", &saga("Rejected"));
    for (pattern, code) in
        [("after Reserve: Done or Release", 0), ("Reserve", 0), ("after *: Reserve", 0), ("Refund", 1), ("after", 1)]
    {
        let output = explore(&wrong, &[&RELEASED[..], &["--exclude", pattern]].concat());
        assert_eq!(output.status.code(), Some(code), "{pattern}: {output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.contains("excluded: 1 finding"), code == 0, "{text}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(told.contains(&format!("warning: `--exclude {pattern}` leaves nothing out")), code == 1, "{told}");
    }
    // One that matches in one of several workflows is no mistake.
    let right = file("saga-excluded-right.json", &saga("Release"));
    let output = explore(&wrong, &[&[right.as_str()], &RELEASED[..], &["--exclude", "Reserve"]].concat());
    assert!(output.stderr.is_empty(), "{output:?}");
}
