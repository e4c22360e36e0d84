//! `cargo workflow validate` as a user runs it: what it prints, and its exit codes.

#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"));
    command.args(["workflow", "validate"]).args(arguments);
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files"));
    command
}

fn validate(arguments: &[&str]) -> (Option<i32>, String) {
    let output = command(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

fn reports(arguments: &[&str]) -> Vec<Value> {
    let (_, text) = validate(&[&["--format", "json"], arguments].concat());
    serde_json::from_str(&text).unwrap()
}

fn given(arguments: &[&str], text: &str) -> Output {
    let mut child = command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    // Arguments that are refused end it before it reads.
    if let Err(error) = child.stdin.take().unwrap().write_all(text.as_bytes()) {
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    }
    child.wait_with_output().unwrap()
}

#[test]
fn people_see_the_words_and_how_to_mend_them() {
    let (code, text) = validate(&["wrong.asl.yaml", "wrong.rs"]);
    assert_eq!(code, Some(1), "{text}");
    let path = "\
error[WF0109]: expected a name in quotes, an index, `*` or a filter
 --> wrong.asl.yaml:7:24
  |
7 |       name.$: '$.it''s['
  |                        ^";
    let target = "\
error[WF0201]: there is no state `Emd`
 --> wrong.asl.yaml:8:11
  |
8 |     Next: Emd
  |           ^^^
  = at: /States/Begin/Next
  = AWS: MISSING_TRANSITION_TARGET
";
    let rust = "\
error[WF0201]: there is no state `Secnod`
 --> wrong.rs:3:23
  |
3 |         pass First -> Secnod;
  |                       ^^^^^^
  = AWS: MISSING_TRANSITION_TARGET
  = help: did you mean `Second`?
";
    for part in [path.split_once('\n').unwrap().1, target, rust] {
        assert!(text.contains(part), "{part}\n---\n{text}");
    }
    assert!(text.contains("wrong.asl.yaml:9:34\n"), "{text}");
    assert!(text.lines().last().unwrap().contains(" in 2 state machines"), "{text}");
}

#[test]
fn programs_get_one_array() {
    let expected = json!({
        "file": "wrong.asl.json", "code": "WF0201", "aws_code": "MISSING_TRANSITION_TARGET", "severity": "error",
        "pointer": "/States/A/Next", "line": 1, "column": 59, "message": "there is no state `B`", "help": null,
    });
    assert_eq!(reports(&["wrong.asl.json"]), [expected]);
    let (code, text) = validate(&["--format", "json", "order.rs"]);
    assert_eq!((code, text.as_str()), (Some(0), "[]\n"));
}

#[test]
fn warnings_fail_only_where_they_are_denied() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"x": "$.a"}, "End": true}}}"#;
    let output = given(&["-"], text);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{printed}");
    assert!(printed.contains("warning[WF0130]") && printed.contains("<stdin>:1:"), "{printed}");
    assert!(printed.contains("0 errors and 1 warning in 1 state machine"), "{printed}");
    assert_eq!(given(&["-", "--deny-warnings"], text).status.code(), Some(1));
}

#[test]
fn the_type_of_the_machine_decides() {
    let text = "StartAt: A\nStates:\n  A:\n    Type: Task\n    \
        Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken\n    Parameters: {QueueUrl: u, MessageBody.$: $$.Task.Token}\n    End: true\n";
    assert_eq!(given(&["-"], text).status.code(), Some(0));
    assert_eq!(given(&["-", "--type", "standard"], text).status.code(), Some(0));
    assert_eq!(given(&["-", "--type", "express"], text).status.code(), Some(1));
}

#[test]
fn every_machine_of_a_template_is_checked_where_it_is_written() {
    let wrong = "template/wrong.yaml";
    let found: Vec<_> = reports(&[wrong])
        .into_iter()
        .filter(|report| report["code"] == "WF0201")
        .map(|report| {
            let text = |key: &str| report[key].as_str().unwrap().to_owned();
            (text("file"), report["line"].as_u64().unwrap(), report["column"].as_u64().unwrap(), text("pointer"))
        })
        .collect();
    let expected = [
        (wrong, 21, 19, "/Resources/Inline/Properties/Definition/States/Call/Next"),
        (wrong, 31, 69, "/Resources/Text/Properties/DefinitionString/States/Wait/Next"),
        (wrong, 42, 101, "/Resources/Joined/Properties/DefinitionString/States/Call/Next"),
        ("template/wrong.asl.json", 4, 59, "/States/Wait/Next"),
    ];
    let mut found: Vec<_> =
        found.iter().map(|(f, line, column, at)| (f.as_str(), *line, *column, at.as_str())).collect();
    found.sort_by_key(|found| expected.iter().position(|expected| expected == found));
    assert_eq!(found, expected);
}

#[test]
fn a_template_gives_its_definitions_with_placeholders() {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"))
        .args(["workflow", "asl", "template/right.json", "--name", "Inline"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files"))
        .output()
        .unwrap();
    let definition: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        definition["States"]["Call"],
        json!({
            "Type": "Task",
            "Resource": "arn:${AWS::Partition}:states:::lambda:invoke",
            "Parameters": {"FunctionName": "${Worker.Arn}", "Qualifier": "${IsLive}", "Payload": {"a": "-${Stage}-x"}},
            "End": true,
        }),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_template_of_the_sdk_is_the_sdks_machine() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/seed-sdk");
    let template = folder.join("cloudformation_hello_world_branching.yaml");
    if !template.exists() {
        println!("skipped: {} is absent", folder.display());
        return;
    }
    let (code, text) = validate(&[template.to_str().unwrap()]);
    assert_eq!((code, text.as_str()), (Some(0), "0 errors and 0 warnings in 1 state machine\n"));
}

#[test]
fn findings_that_are_allowed_are_not_told() {
    let resource = "arn:aws:states:::aws-sdk:s3:imagineObjects";
    let call = json!({"Type": "Task", "Resource": resource, "Parameters": {}, "End": true});
    let text = json!({"StartAt": "A", "States": {"A": call}}).to_string();
    let told = given(&["-"], &text);
    assert_eq!(told.status.code(), Some(1));
    assert!(String::from_utf8(told.stdout).unwrap().contains("^^^^^^^^^^^^^^\n"), "the operation alone is underlined");
    for allow in [&["--allow", "WF0504"][..], &["-A", "wf0504,WF0307"]] {
        let silent = given(&[allow, &["-"]].concat(), &text);
        assert_eq!(silent.status.code(), Some(0));
        assert_eq!(String::from_utf8(silent.stdout).unwrap(), "0 errors and 0 warnings in 1 state machine\n");
    }
    // What AWS refuses whatever its APIs are.
    assert_eq!(given(&["--allow", "WF0201", "-"], &text).status.code(), Some(2));
    assert_eq!(given(&["--allow", "WF9999", "-"], &text).status.code(), Some(2));
}

#[test]
fn one_of_several_can_be_taken() {
    let summary = |arguments: &[&str]| {
        let (code, text) = validate(arguments);
        (code, text.lines().last().unwrap_or_default().to_owned())
    };
    let right = (Some(0), "0 errors and 0 warnings in 1 state machine".to_owned());
    assert_eq!(summary(&["several.rs", "--name", "Ends"]), right);
    assert_eq!(summary(&["several.yaml", "--name", "Right"]), right);
    let wrong = (Some(1), "1 error and 0 warnings in 1 state machine".to_owned());
    assert_eq!(summary(&["several.rs", "--name", "Outer"]), wrong);
    assert_eq!(summary(&["several.yaml", "--name", "Wrong"]), wrong);
    let (code, text) = (Some(2), "error: there is no workflow `Edns`\n".to_owned());
    let output = command(&["several.rs", "several.yaml", "--name", "Edns"]).output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (code, text));
}

#[test]
fn inside_a_text_of_a_workflow_the_word_is_underlined() {
    let (code, text) = validate(&["texts.rs"]);
    let underlined = text.lines().collect::<Vec<_>>();
    let words = underlined.windows(2).filter_map(|pair| {
        let carets = pair[1].find('^')?;
        let marked = pair[1].trim_end().chars().count() - pair[1].chars().take(carets).count();
        Some(pair[0].chars().skip(carets).take(marked).collect::<String>())
    });
    assert_eq!(words.collect::<Vec<_>>(), ["naems", "nmaes", "$smu", "\""], "{text}");
    assert_eq!(code, Some(1), "{text}");
}
