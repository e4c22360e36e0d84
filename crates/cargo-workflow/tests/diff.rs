//! Tests `cargo workflow diff`: verdicts as exit codes, JSON, git revisions, templates, declared types.

use crate::tools;

use std::path::Path;
use std::process::{Command, Output};
use workflow_cases::every;

use serde_json::{Value, json};
use tools::{folder, stdout};

fn machine(seconds: u32, name: &str) -> Value {
    json!({"StartAt": "Pay", "States": {"Pay": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "TimeoutSeconds": seconds, "Parameters": {"FunctionName": name, "Payload.$": "$.order"}, "End": true}}})
}

fn write(folder: &Path, name: &str, text: &impl ToString) {
    std::fs::write(folder.join(name), text.to_string()).unwrap();
}

fn diff(folder: &Path, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_cargo-workflow");
    Command::new(program).args(["workflow", "diff"]).args(arguments).current_dir(folder).output().unwrap()
}

fn git(folder: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
    let output = Command::new("git").args(identity).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn the_exit_code_is_the_verdict() {
    let folder = folder("diff-codes");
    write(&folder, "old.json", &machine(9, "pay"));
    write(&folder, "longer.json", &machine(10, "pay"));
    write(&folder, "shorter.json", &machine(3, "pay"));
    let other = machine(9, "pay").to_string().replace("$.order", "$.basket");
    write(&folder, "other.json", &other);
    let code = |arguments: &[&str]| diff(&folder, arguments).status.code();
    assert_eq!(code(&["old.json", "old.json"]), Some(0));
    assert_eq!(code(&["old.json", "longer.json"]), Some(0));
    assert_eq!(code(&["old.json", "shorter.json"]), Some(3));
    assert_eq!(code(&["old.json", "shorter.json", "--allow", "careful"]), Some(0));
    assert_eq!(code(&["old.json", "other.json"]), Some(4));
    assert_eq!(code(&["old.json", "other.json", "--allow", "careful"]), Some(4));
    assert_eq!(code(&["old.json", "other.json", "--allow", "breaking"]), Some(0));
    assert_eq!(code(&["old.json", "missing.json"]), Some(2));
    assert_eq!(stdout(&diff(&folder, &["old.json", "old.json"])), "compatible: nothing differs\n");
}

#[test]
fn json_has_a_verdict_and_findings() {
    let folder = folder("diff-json");
    write(&folder, "old.json", &machine(9, "pay"));
    write(&folder, "new.json", &machine(3, "pay"));
    let output = diff(&folder, &["old.json", "new.json", "--format", "json"]);
    let plan: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(plan["verdict"], "careful");
    let finding = plan["findings"].as_array().unwrap().iter().find(|finding| finding["verdict"] == "careful").unwrap();
    every(["aspect", "verdict", "state", "reason", "source"], |member| {
        assert!(finding[member].is_string(), "{finding}");
    });
    assert_eq!(stdout(&diff(&folder, &["old.json", "new.json", "--format", "json"])), stdout(&output));
    let markdown = stdout(&diff(&folder, &["old.json", "new.json", "--format", "markdown"]));
    assert!(markdown.starts_with("**🟡 careful**") && markdown.contains("| `Pay` |"), "{markdown}");
    assert!(markdown.contains("```mermaid\nflowchart TD") && markdown.ends_with("```\n"), "{markdown}");
    assert!(markdown.contains("classDef changed") && markdown.contains("(changed)"), "{markdown}");
}

#[test]
fn a_file_may_be_of_a_revision() {
    let folder = folder("diff-revision");
    std::fs::create_dir(folder.join("flows")).unwrap();
    write(&folder, "flows/pay.asl.json", &machine(9, "pay"));
    git(&folder, &["init", "--quiet"]);
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "--quiet", "-m", "one"]);
    write(&folder, "flows/pay.asl.json", &machine(3, "pay"));
    let output = diff(&folder, &["HEAD:flows/pay.asl.json", "flows/pay.asl.json"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(stdout(&output).contains("TimeoutSeconds: `9` -> `3`"), "{}", stdout(&output));
    let unknown = diff(&folder, &["nowhere:flows/pay.asl.json", "flows/pay.asl.json"]);
    assert_eq!(unknown.status.code(), Some(2));
    let said = String::from_utf8(unknown.stderr).unwrap();
    assert!(said.starts_with("error: `nowhere:flows/pay.asl.json`: "), "{said}");
}

#[test]
fn a_template_has_a_configuration() {
    let folder = folder("diff-template");
    let template = |kind: &str, team: &str| {
        json!({"Resources": {"Pay": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
            "StateMachineType": kind, "DefinitionString": machine(9, "pay").to_string(),
            "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}, "Tags": [{"Key": "team", "Value": team}]}}}})
    };
    write(&folder, "old.json", &template("STANDARD", "a"));
    write(&folder, "tags.json", &template("STANDARD", "b"));
    write(&folder, "express.json", &template("EXPRESS", "a"));
    let rules = |new: &str| {
        let plan: Value =
            serde_json::from_str(&stdout(&diff(&folder, &["old.json", new, "--format", "json"]))).unwrap();
        let rules =
            plan["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap().to_owned());
        rules.collect::<Vec<_>>()
    };
    assert_eq!(rules("tags.json"), ["tags-changed"]);
    assert_eq!(rules("express.json"), ["type-changed"]);
}

#[test]
fn rust_declares_its_types() {
    let folder = folder("diff-types");
    let workflow = |input: &str, output: &str| {
        format!(
            "workflow! {{ workflow Pay {{ input {{ {input} }} returns {{ {output} }} pass P {{ id: input.id }} -> end; }} }}"
        )
    };
    write(&folder, "old.rs", &workflow("id: String", "id: String"));
    write(&folder, "input.rs", &workflow("id: String, sum: u32", "id: String"));
    write(&folder, "optional.rs", &workflow("id: String, sum: Option<u32>", "id: String"));
    write(&folder, "output.rs", &workflow("id: String", "id: Option<String>"));
    let code = |new: &str| {
        let output = diff(&folder, &["old.rs", new]);
        (output.status.code(), stdout(&output))
    };
    let (status, said) = code("input.rs");
    assert!(status == Some(4) && said.contains("[input-narrowed]") && said.contains("`sum` may be missing"), "{said}");
    assert_eq!(code("optional.rs").0, Some(0));
    let (status, said) = code("output.rs");
    assert!(status == Some(4) && said.contains("[output-widened]"), "{said}");
}

#[test]
fn a_page_has_the_verdict_and_the_changes() {
    let folder = folder("diff-page");
    write(&folder, "old.json", &machine(9, "pay"));
    write(&folder, "new.json", &machine(3, "pay"));
    let output = diff(&folder, &["old.json", "new.json", "--html", "page.html"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(stdout(&output).starts_with("careful: "), "the text is printed as without a page");
    let page = std::fs::read_to_string(folder.join("page.html")).unwrap();
    let parts = [
        "<strong class=\"s-caught\">careful</strong>",
        "1 state differs",
        "\"TimeoutSeconds\",9,3",
        "<h2>Findings</h2>",
    ];
    for part in parts {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(diff(&folder, &["old.json", "new.json", "--html", "none/page.html"]).status.code(), Some(2));
}
