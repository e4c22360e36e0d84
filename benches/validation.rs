//! Measures the validation of a document, from its text to the positions of the findings, by the number of states;
//! compared with npm's asl-validator on the same documents, in one run:
//!
//! ```console
//! npm install --prefix target/peers asl-validator@4.0.0
//! cargo bench -p workflow-asl --bench validation
//! ```
//!
//! The macro checks at the speed of a debug build: `cargo bench -p workflow-asl --bench validation --profile dev -- 200`.
//! The documents `AWS APIs` consist only of tasks, each checked against the table of an API.
//!
//! The largest document is about as large as AWS accepts, one mebibyte. You can pass other sizes as arguments: `-- 200
//! 400`. Without node or the package, only our own times are printed.

#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use workflow_asl::document::MachineType;
use workflow_asl::rules;
use workflow_asl::source::{Format, Source};

const RUNS: usize = 5;

/// Makes a document with this many states.
type Make = fn(usize) -> Value;

fn main() {
    let given: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if given.is_empty() { vec![10, 100, 1_000, 5_000] } else { given };
    let kinds: [(&str, Make); 4] =
        [("JSONPath", json_path), ("JSONata", jsonata), ("wrong JSONPath", wrong), ("AWS APIs", apis)];
    let documents: Vec<(&str, usize, String)> = kinds
        .iter()
        .flat_map(|(kind, make)| sizes.iter().map(|&states| (*kind, states, make(states).to_string())))
        .collect();
    let peer = peer(&documents);
    println!(
        "{:<14} {:>6} {:>8} {:>8} | {:>9} {:>9} {:>9} {:>9} | {:>14} {:>6}",
        "documents", "states", "kB", "findings", "read", "rules", "places", "all", "asl-validator", "ratio"
    );
    for (i, (kind, states, text)) in documents.iter().enumerate() {
        let source = Source::read(text.as_bytes(), Format::Json).unwrap();
        let found = rules::check_definition(source.value(), MachineType::Standard);
        let times = [
            fastest(|| Source::read(text.as_bytes(), Format::Json)),
            fastest(|| rules::check_definition(source.value(), MachineType::Standard)),
            fastest(|| source.locate(&found)),
            fastest(|| {
                let source = Source::read(text.as_bytes(), Format::Json).unwrap();
                source.locate(&rules::check_definition(source.value(), MachineType::Standard))
            }),
        ];
        let [read, rules, places, all] = times.map(|time| time.as_secs_f64() * 1e3);
        print!("{kind:<14} {states:>6} {:>8} {:>8} | ", text.len() / 1000, found.len());
        print!("{read:>6.2} ms {rules:>6.2} ms {places:>6.2} ms {all:>6.2} ms | ");
        match peer.get(i) {
            Some((time, verdict)) => println!("{time:>8.2} ms {verdict:<5} {:>3.0}x", time / all),
            None => println!("{:>14}", "-"),
        }
    }
}

/// Returns the peer's times in milliseconds and its verdicts; empty, with a message, if it is missing.
fn peer(documents: &[(&str, usize, String)]) -> Vec<(f64, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let peers = root.join("target/peers");
    let folder = std::env::temp_dir().join(format!("workflow-validation-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let files: Vec<PathBuf> = (0..documents.len()).map(|i| folder.join(format!("{i}.asl.json"))).collect();
    for (file, (_, _, text)) in files.iter().zip(documents) {
        fs::write(file, text).unwrap();
    }
    let script = root.join("benches/asl-validator.cjs");
    let output = Command::new("node").arg(script).arg(&peers).arg(RUNS.to_string()).args(&files).output();
    fs::remove_dir_all(&folder).unwrap();
    let output = match output {
        Ok(output) if output.status.success() => String::from_utf8(output.stdout).unwrap(),
        _ => {
            println!("asl-validator is absent: npm install --prefix target/peers asl-validator@4.0.0\n");
            return Vec::new();
        }
    };
    let lines = output.lines().filter_map(|line| line.split_once(' '));
    lines
        .map(|(time, verdict)| (time.parse().unwrap(), if verdict == "true" { "valid" } else { "wrong" }.into()))
        .collect()
}

fn fastest<T>(mut run: impl FnMut() -> T) -> Duration {
    let time = |_| {
        let started = Instant::now();
        std::hint::black_box(run());
        started.elapsed()
    };
    (0..RUNS).map(time).min().unwrap_or_default()
}

/// Returns states in realistic proportions: tasks with handlers, choices, passes, waits and maps.
fn json_path(states: usize) -> Value {
    machine("JSONPath", states, |i, next| match i % 10 {
        0 => json!({
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {
                "FunctionName": "arn:aws:lambda:us-east-1:123456789012:function:f", "Payload": {
                    "id.$": "$.order.id", "items.$": "$.order.items[?(@.price > 10)].name",
                    "text.$": "States.Format('{} of {}', $.name, States.ArrayLength($.order.items))"}},
            "ResultPath": format!("$.result{i}"), "TimeoutSeconds": 60,
            "Retry": [{"ErrorEquals": ["Lambda.ServiceException"], "IntervalSeconds": 2, "MaxAttempts": 6, "BackoffRate": 2}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Failed"}],
            "Next": next,
        }),
        2 => json!({
            "Type": "Choice",
            "Choices": [
                {"And": [{"Variable": "$.n", "IsPresent": true}, {"Variable": "$.n", "NumericGreaterThan": 3}], "Next": next},
                {"Variable": "$.status", "StringEquals": "paid", "Next": "Failed"}],
            "Default": next,
        }),
        3 | 4 => {
            json!({"Type": "Pass", "Parameters": {"n.$": "$.n", "on": true}, "ResultPath": "$.kept", "Next": next})
        }
        6..=9 => json!({
            "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f",
            "ResultPath": "$.done", "Next": next,
        }),
        _ => json!({
            "Type": "Map", "ItemsPath": "$.order.items", "MaxConcurrency": 4,
            "ItemProcessor": {"StartAt": format!("Wait {i}"), "States": {
                format!("Wait {i}"): {"Type": "Wait", "SecondsPath": "$.delay", "End": true}}},
            "Next": next,
        }),
    })
}

/// Returns the same in JSONata.
fn jsonata(states: usize) -> Value {
    machine("JSONata", states, |i, next| match i % 10 {
        0 => json!({
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {
                "FunctionName": "arn:aws:lambda:us-east-1:123456789012:function:f", "Payload": {
                    "id": "{% $states.input.order.id %}", "items": "{% $states.input.order.items[price > 10].name %}",
                    "text": "{% $states.input.name & ' of ' & $string($count($states.input.order.items)) %}"}},
            "Assign": {format!("result{i}"): "{% $states.result.Payload %}"}, "TimeoutSeconds": 60,
            "Retry": [{"ErrorEquals": ["Lambda.ServiceException"], "IntervalSeconds": 2, "MaxAttempts": 6, "BackoffRate": 2}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput %}", "Next": "Failed"}],
            "Next": next,
        }),
        2 => json!({
            "Type": "Choice",
            "Choices": [
                {"Condition": "{% $exists($states.input.n) and $states.input.n > 3 %}", "Next": next},
                {"Condition": "{% $states.input.status = 'paid' %}", "Next": "Failed"}],
            "Default": next,
        }),
        3 | 4 => json!({"Type": "Pass", "Output": {"n": "{% $states.input.n %}", "on": true}, "Next": next}),
        6..=9 => json!({
            "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f",
            "Output": "{% $states.result %}", "Next": next,
        }),
        _ => json!({
            "Type": "Map", "Items": "{% $states.input.order.items %}", "MaxConcurrency": 4,
            "ItemProcessor": {"StartAt": format!("Wait {i}"), "States": {
                format!("Wait {i}"): {"Type": "Wait", "Seconds": "{% $states.input.delay %}", "End": true}}},
            "Next": next,
        }),
    })
}

/// Returns only tasks: each is checked against the table of its API, with parameters, errors and a path into the
/// result.
fn apis(states: usize) -> Value {
    machine("JSONPath", states, |i, next| {
        let (resource, parameters, error, path) = match i % 5 {
            0 => (
                "dynamodb:putItem",
                json!({"TableName": "t", "Item": {"id": {"S.$": "$.id"}, "n": {"N": "1"}}}),
                "DynamoDB.ProvisionedThroughputExceededException",
                "$.SdkHttpMetadata.HttpStatusCode",
            ),
            1 => (
                "aws-sdk:s3:listObjectsV2",
                json!({"Bucket": "b", "MaxKeys": 10, "Prefix.$": "$.prefix"}),
                "S3.NoSuchBucketException",
                "$.Contents[0].Key",
            ),
            2 => (
                "aws-sdk:ec2:runInstances",
                json!({"ImageId": "ami-1", "MinCount": 1, "MaxCount": 1, "InstanceType": "t3.micro",
                    "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "k", "Value": "v"}]}]}),
                "Ec2.Ec2Exception",
                "$.Instances[0].InstanceId",
            ),
            3 => (
                "batch:submitJob.sync",
                json!({"JobName": "n", "JobDefinition": "d", "JobQueue": "q",
                    "ContainerOverrides": {"Environment": [{"Name": "A", "Value.$": "$.a"}]}}),
                "Batch.AWSBatchException",
                "$.JobId",
            ),
            _ => (
                "sqs:sendMessage",
                json!({"QueueUrl": "q", "MessageBody.$": "$", "MessageAttributes": {"a": {"DataType": "String", "StringValue": "v"}}}),
                "SQS.SdkClientException",
                "$.MessageId",
            ),
        };
        json!({
            "Type": "Task", "Resource": format!("arn:aws:states:::{resource}"), "Parameters": parameters,
            "ResultSelector": {"x.$": path}, "ResultPath": "$.result",
            "Retry": [{"ErrorEquals": [error], "MaxAttempts": 2}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}], "Next": next,
        })
    })
}

/// Returns the states of [`json_path`] with an error in each.
fn wrong(states: usize) -> Value {
    let mut machine = json_path(states);
    if let Some(states) = machine.get_mut("States").and_then(Value::as_object_mut) {
        for state in states.values_mut().filter_map(Value::as_object_mut) {
            state.insert("Coment".into(), "a slip".into());
        }
    }
    machine
}

fn machine(language: &str, count: usize, state: impl Fn(usize, String) -> Value) -> Value {
    let name = |i: usize| if i < count { format!("State {i}") } else { "Done".to_owned() };
    let mut states: Map<String, Value> = (0..count).map(|i| (name(i), state(i, name(i + 1)))).collect();
    states.insert("Done".into(), json!({"Type": "Succeed"}));
    states.insert("Failed".into(), json!({"Type": "Fail", "Error": "Failed", "Cause": "for the benchmark"}));
    json!({"QueryLanguage": language, "StartAt": name(0), "States": states})
}
