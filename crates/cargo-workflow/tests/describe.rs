//! Tests `cargo workflow describe`: the output for an action, and for an unknown name.

use std::process::{Command, Output};
use workflow_cases::every;

fn describe(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cargo-workflow")).args(["workflow", "describe"]).args(arguments).output().unwrap()
}

/// Returns the output for a known name.
fn text(arguments: &[&str]) -> String {
    let output = describe(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn an_operation_of_the_sdk() {
    let text = text(&["aws_sdk::s3::listObjectsV2"]);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "// arn:aws:states:::aws-sdk:s3:listObjectsV2");
    assert_eq!(lines[2..5], ["aws_sdk::s3::listObjectsV2 {", "    Bucket: string,", "    Delimiter?: string,"]);
    assert!(lines.contains(&"    EncodingType?: \"url\","));
    assert!(lines.contains(&"    Contents?: [{") && lines.contains(&"        Key?: string,"));
    assert!(lines.contains(&"    S3.NoSuchBucketException"));
    assert!(lines.contains(&"    request and response: Standard and Express"));
    assert!(lines.iter().any(|line| line.starts_with("    s3:ListBucket on ")));
}

#[test]
fn every_way_to_write_a_name() {
    let written = text(&["glue::startJobRun.sync"]);
    assert!(written.contains("\nglue::startJobRun.sync {\n    JobName: string,\n"), "{written}");
    for other in
        ["arn:aws:states:::glue:startJobRun.sync", "arn:aws-cn:states:::glue:startJobRun.sync", "glue:startJobRun.sync"]
    {
        assert_eq!(text(&[other]), written);
    }
    assert_eq!(text(&["emr_containers::startJobRun"]), text(&["emr-containers:startJobRun"]));
}

#[test]
fn what_is_required_comes_first() {
    let text = text(&["sqs::sendMessage.waitForTaskToken"]);
    assert!(text.contains("{\n    QueueUrl: string,\n    MessageBody: any,\n    DelaySeconds?: integer,\n"), "{text}");
    assert!(text.contains("-> any"));
    assert!(text.contains("    any other name that the worker chooses"));
}

#[test]
fn what_is_in_doubt_is_said() {
    assert!(text(&["eks::createCluster.sync"]).contains("// AWS does not document all of: result, names of errors\n"));
    assert!(text(&["lambda::invoke.sync"]).contains("// it does not have this pattern\n"));
    assert!(text(&["aws_sdk::sts::assumeRole"]).contains("// Step Functions does not have this operation\n"));
    assert!(text(&["aws_sdk::s3vectors::getIndex"]).contains("does not list the service `s3vectors`"));
    assert!(text(&["bedrock::invokeModel"]).contains("// one of Body, Input is needed\n"));
}

#[test]
fn recursion_ends() {
    let text = text(&["aws_sdk::dynamodb::putItem", "--full"]);
    assert!(text.contains("\n        M?: { [string]: { … } },\n        L?: [{ … }],\n"), "{text}");
    assert!(text.len() < 50_000);
}

#[test]
fn names_are_listed() {
    assert!(text(&["aws_sdk"]).lines().any(|line| line == "dynamodb"));
    assert!(!text(&["aws_sdk"]).contains("qldb\n"));
    assert!(text(&["aws_sdk::s3"]).lines().any(|line| line == "listObjectsV2"));
    assert_eq!(text(&["ecs"]), "runTask\n");
}

#[test]
fn an_unknown_name_gives_the_nearest() {
    let long = "x".repeat(10_000);
    every(
        [
            (
                "aws_sdk::s3::listObjects2",
                "the service `s3` has no operation `listObjects2`",
                "did you mean `aws_sdk::s3::listObjectsV2`?",
            ),
            ("aws_sdk::dinamodb::getItem", "AWS's SDK has no service `dinamodb`", "did you mean `aws_sdk::dynamodb`?"),
            (
                "lambda::invok",
                "Step Functions has no optimised integration `lambda:invok`",
                "did you mean `lambda::invoke`?",
            ),
            ("states::startExecution.sync:3", "unknown pattern `.sync:3`", "did you mean `.sync:2`?"),
            ("ecs::runTask.synch", "unknown pattern `.synch`", "did you mean `.sync`?"),
            ("aws_sdk::qldb::createLedger", "AWS has retired the service `qldb`", ""),
            ("", "Step Functions has no optimised integration ``", "an action is "),
            (&long, "Step Functions has no optimised integration `xxx", "an action is "),
        ],
        |(name, error, help)| {
            let output = describe(&[name]);
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{name}");
            assert!(stderr.starts_with(&format!("error: {error}")), "{stderr}");
            assert!(help.is_empty() || stderr.contains(&format!("\nhelp: {help}")), "{stderr}");
            assert!(stderr.len() < 500 && output.stdout.is_empty());
        },
    );
}
