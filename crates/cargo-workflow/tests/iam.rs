//! Tests `cargo workflow iam`: the policy of a workflow's role, which state needs what, and the effects of a change.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use workflow_cases::every;

use serde_json::{Value, json};

fn iam(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cargo-workflow")).args(["workflow", "iam"]).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Returns a document with one task that sends to a queue.
fn document(name: &str, url: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let definition = json!({"StartAt": "Send", "States": {"Send": {"Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage", "End": true,
        "Parameters": {"QueueUrl": url, "MessageBody": "m"}}}});
    std::fs::write(&path, definition.to_string()).unwrap();
    path
}

const FIRST: &str = "https://sqs.eu-west-1.amazonaws.com/123456789012/first";

#[test]
fn a_document() {
    let path = document("iam_document.json", "${Queue}");
    let path = path.to_str().unwrap();
    let output = iam(&[path]);
    assert!(output.status.success());
    assert!(text(&output.stderr).starts_with("wide: `QueueUrl` is not known before the workflow runs"));
    let output = iam(&[path, "--params", &json!({"Queue": FIRST}).to_string(), "--tracing"]);
    assert_eq!(text(&output.stderr), "");
    let policy: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        policy["Statement"][0],
        json!({"Sid": "Send", "Effect": "Allow", "Action": "sqs:SendMessage",
            "Resource": "arn:aws:sqs:eu-west-1:123456789012:first"})
    );
    assert_eq!(policy["Statement"][1]["Resource"], "*");
    let explained = text(&iam(&[path, "--format", "explain", "--region", "eu-west-1"]).stdout);
    assert!(
        explained.starts_with("Send\n    sqs:SendMessage\n        on arn:aws:sqs:eu-west-1:*:*\nwide: "),
        "{explained}"
    );
    let trust = text(&iam(&[path, "--trust", "--account", "1"]).stdout);
    assert!(trust.contains("states.amazonaws.com") && trust.contains("arn:aws:states:*:1:stateMachine:*"), "{trust}");
}

#[test]
fn a_workflow_in_rust() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/order.rs");
    let file = file.to_str().unwrap();
    let params = r#"{"shipping": "arn:aws:lambda:eu-west-1:123456789012:function:ship"}"#;
    let output = iam(&[file, "--name", "ShipOrder", "--format", "explain", "--params", params]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let expected = "Ship\n    lambda:InvokeFunction\n        on arn:aws:lambda:eu-west-1:123456789012:function:ship\n";
    assert!(text(&output.stdout).starts_with(expected), "{}", text(&output.stdout));
    let unknown = text(&iam(&[file, "--name", "ShipOrder"]).stderr);
    assert!(unknown.contains("wide: `FunctionName` is not known"), "{unknown}");
}

#[test]
fn params_that_the_workflow_does_not_have() {
    let path = document("iam_params.json", "${Queue}");
    let path = path.to_str().unwrap();
    let refused = |file: &str, more: &[&str], params: &str| {
        let output = iam(&[&[file, "--params", params], more].concat());
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        text(&output.stderr)
    };
    let expected =
        "error: `--params`: the workflow has no param or placeholder `Qeue`\n  = help: did you mean `Queue`?\n";
    assert_eq!(refused(path, &[], r#"{"Qeue": "q"}"#), expected);
    assert!(refused(path, &["--trust"], r#"{"Table": "t"}"#).ends_with("= help: it has `Queue`\n"));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/order.rs");
    let file = file.to_str().unwrap();
    let wrong = refused(file, &["--name", "ShipOrder"], r#"{"shiping": "arn"}"#);
    assert!(wrong.ends_with("did you mean `shipping`?\n"), "{wrong}");
    assert!(refused(file, &["--name", "Cool"], r#"{"shipping": "arn"}"#).ends_with("it has none\n"));
    // A constant of Rust code can have a value too, and the older file has its own placeholders.
    assert!(iam(&[file, "--name", "ShipOrder", "--params", r#"{"MAX_PARCELS": 3}"#]).status.success());
    let new = document("iam_params_new.json", FIRST);
    assert!(iam(&[new.to_str().unwrap(), "--diff", path, "--params", r#"{"Queue": "q"}"#]).status.success());
}

#[test]
fn a_change() {
    let old = document("iam_old.json", FIRST);
    let new = document("iam_new.json", &FIRST.replace("first", "second"));
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());
    let expected = "+ sqs:SendMessage on arn:aws:sqs:eu-west-1:123456789012:second (Send)\n\
        - sqs:SendMessage on arn:aws:sqs:eu-west-1:123456789012:first (Send)\n";
    assert_eq!(text(&iam(&[new, "--diff", old]).stdout), expected);
    let policy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("iam_policy.json");
    std::fs::write(&policy, iam(&[old]).stdout).unwrap();
    let output = iam(&[new, "--diff", policy.to_str().unwrap(), "--format", "json"]);
    let changes: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(changes["removed"][0]["Resource"], "arn:aws:sqs:eu-west-1:123456789012:first");
    assert_eq!(changes["added"].as_array().unwrap().len(), 1);
    assert_eq!(text(&iam(&[old, "--diff", policy.to_str().unwrap()]).stdout), "");
}

#[test]
fn what_cannot_be_read() {
    let path = document("iam_bad.json", FIRST);
    let path = path.to_str().unwrap();
    let denies = Path::new(env!("CARGO_TARGET_TMPDIR")).join("iam_denies.json");
    std::fs::write(&denies, r#"{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}"#).unwrap();
    every(
        [
            (vec!["nowhere.json"], "no such file"),
            (vec![path, "--params", "{"], "`--params` is not JSON"),
            (vec![path, "--params", "[]"], "`--params` must be a JSON object"),
            (vec![path, "--diff", "nowhere.json"], "no such file"),
            (vec![path, "--diff", denies.to_str().unwrap()], "cannot be compared"),
            (vec![path, "--trust", "--diff", path], "cannot be used with"),
        ],
        |(arguments, expected)| {
            let output = iam(&arguments);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}");
            assert!(text(&output.stderr).contains(expected), "{}", text(&output.stderr));
            assert!(output.stdout.is_empty());
        },
    );
}
