//! Tests that `Definition::iam_policy()` returns what `cargo workflow iam` prints, for the same parameters and setting.

#[path = "files/policies.rs"]
mod policies;

use std::path::Path;
use std::process::Command;
use workflow_cases::every;

use policies::{FromDocument, FromDocumentParams, Paths, PathsParams, Plain, Shipping, ShippingParams};
use serde_json::{Value, json};
use workflow_runtime::iam::{self, NoteKind, Policy, Setting};
use workflow_runtime::{Arn, Definition};

/// Returns the output of the command line: the policy, and its notes.
fn printed(name: &str, params: &Value, flags: &[&str]) -> (Value, String) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/policies.rs");
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-workflow"))
        .args(["workflow", "iam", "--name", name, "--params", &params.to_string()])
        .arg(file)
        .args(flags)
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    (serde_json::from_slice(&output.stdout).unwrap(), errors)
}

fn notes(policy: &Policy) -> String {
    let line = |note: &iam::Note| {
        let kind = match note.kind {
            NoteKind::Missing => "missing",
            NoteKind::Wide => "wide",
            _ => "note",
        };
        format!("{kind}: {} ({})\n", note.text, note.states.join(", "))
    };
    policy.notes.iter().map(line).collect()
}

/// The places where a workflow may run, as flags and as a setting.
fn settings() -> Vec<(Vec<&'static str>, Setting)> {
    let text = |text: &str| Some(text.to_owned());
    vec![
        (vec![], Setting::default()),
        (
            vec!["--region", "eu-west-1", "--account", "123456789012", "--logging"],
            Setting { region: text("eu-west-1"), account: text("123456789012"), logging: true, ..Setting::default() },
        ),
        (
            vec!["--partition", "aws-cn", "--region", "${AWS::Region}", "--machine", "Other", "--tracing"],
            Setting {
                partition: text("aws-cn"),
                region: text("${AWS::Region}"),
                machine: text("Other"),
                tracing: true,
                ..Setting::default()
            },
        ),
    ]
}

#[track_caller]
fn assert_same(definition: &Definition, params: &Value) {
    for (flags, setting) in settings() {
        let policy = definition.iam_policy_in(&setting);
        let (expected, errors) = printed(definition.name(), params, &flags);
        assert_eq!(policy.to_json(), expected, "{} {flags:?}", definition.name());
        assert_eq!(notes(&policy), errors, "{} {flags:?}", definition.name());
    }
}

#[test]
fn without_params() {
    assert_same(&Plain::definition(), &json!({}));
    assert_eq!(Plain::definition().iam_policy(), Plain::definition().iam_policy_in(&Setting::default()));
}

#[test]
fn with_params_and_constants() {
    let queue = "https://sqs.us-east-1.amazonaws.com/111122223333/jobs";
    let shipping = "arn:aws:lambda:eu-west-1:123456789012:function:ship";
    let role = "arn:aws:iam::9:role/them";
    every(["orders", "a*b", "arn:aws:dynamodb:us-east-1:1:table/t"], |table| {
        let params = ShippingParams {
            queue: queue.to_owned(),
            table: table.to_owned(),
            shipping: Arn::from(shipping),
            role: Arn::from(role),
            attempts: 3,
            nodes: vec!["n".to_owned()],
        };
        let given = json!({"queue": queue, "table": table, "shipping": shipping, "role": role, "attempts": 3,
            "nodes": ["n"], "TOPIC": policies::TOPIC});
        let definition = Shipping::definition_with(&params).unwrap();
        assert_same(&definition, &given);
        let policy = definition.iam_policy().to_json().to_string();
        for known in ["arn:aws:sqs:us-east-1:111122223333:jobs", shipping, role, "stateMachine:Shipping"] {
            assert!(policy.contains(known), "{known} {policy}");
        }
    });
}

#[test]
fn in_paths() {
    let params = PathsParams { bucket: "in".to_owned(), prefix: "a/b".to_owned() };
    let definition = Paths::definition_with(&params).unwrap();
    assert_same(&definition, &json!({"bucket": "in", "KeyPrefix": "a/b"}));
}

#[test]
fn from_a_document() {
    every(["results", "results/"], |prefix| {
        let params = FromDocumentParams {
            in_bucket: "in".to_owned(),
            stage: "test".to_owned(),
            function_arn: "arn:aws:lambda:eu-west-1:123456789012:function:call".to_owned(),
            cluster: "c".to_owned(),
            prefix: prefix.to_owned(),
        };
        let given = json!({"InBucket": "in", "Stage": "test", "Cluster": "c", "Prefix": prefix,
            "Function.Arn": params.function_arn});
        let definition = FromDocument::definition_with(&params).unwrap();
        assert_same(&definition, &given);
        let policy = definition.iam_policy().to_json().to_string();
        for known in ["s3:::in/in/*/test.csv", "s3:::out-test/results/*", "function:call", "execution:FromDocument:*"] {
            assert!(policy.contains(known), "{known} {policy}");
        }
    });
}
