//! Policies: one for every optimised integration and pattern, whole documents, and what changes between two.
//!
//! `WORKFLOW_BLESS=1 cargo test -p workflow-asl --test policy` writes `policy.json`, the policies of the integrations.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::path::Path;

use serde_json::{Map, Value, json};
use workflow_asl::StateMachine;
use workflow_asl::policy::{Note, NoteKind, Policy, Setting, trust};
use workflow_services::{Integration, MachineType, Pattern, Support};

/// In a region and an account that are known.
fn setting() -> Setting {
    Setting {
        region: Some("eu-west-1".to_owned()),
        account: Some("123456789012".to_owned()),
        machine: Some("Order".to_owned()),
        ..Setting::default()
    }
}

fn policy(definition: &Value, setting: &Setting) -> Policy {
    Policy::of(&StateMachine::read(definition).0, setting)
}

/// A machine with one task.
fn task(resource: &str, parameters: Value) -> Value {
    json!({"StartAt": "Do", "States": {"Do": {
        "Type": "Task", "Resource": resource, "Parameters": parameters, "End": true}}})
}

/// The statements without what every one has.
fn short(policy: &Policy) -> Vec<Value> {
    let text = |texts: &[String]| match texts {
        [one] => json!(one),
        many => json!(many),
    };
    policy
        .statements
        .iter()
        .map(|statement| match statement.conditions.is_empty() {
            true => json!([text(&statement.actions), text(&statement.resources)]),
            false => json!([text(&statement.actions), text(&statement.resources), statement.conditions]),
        })
        .collect()
}

fn notes(policy: &Policy, kind: NoteKind) -> Vec<&str> {
    policy.notes.iter().filter(|note| note.kind == kind).map(|note: &Note| note.text.as_str()).collect()
}

/// Parameters that name what each integration is about; the others do not matter for its policy.
fn parameters(name: &str) -> Value {
    const ROLE: &str = "arn:aws:iam::123456789012:role/work";
    match name {
        "lambda:invoke" => json!({"FunctionName": "greet"}),
        "sqs:sendMessage" => json!({"QueueUrl": "https://sqs.us-east-1.amazonaws.com/111122223333/jobs"}),
        "sns:publish" => json!({"TopicArn": "arn:aws:sns:eu-west-1:123456789012:news"}),
        "events:putEvents" => json!({"Entries": [{"EventBusName": "shop"}, {"Source": "s"}]}),
        "ecs:runTask" => json!({"TaskDefinition": "render:3", "Cluster": "c"}),
        "batch:submitJob" => json!({"JobDefinition": "crunch", "JobQueue": "night", "JobName": "n"}),
        "glue:startJobRun" => json!({"JobName": "etl"}),
        "apigateway:invoke" => json!({"ApiEndpoint": "abc123.execute-api.eu-west-1.amazonaws.com", "Method": "GET",
            "Stage": "prod", "Path": "/orders"}),
        "http:invoke" => json!({"ApiEndpoint": "https://api.example.com/v1", "Method": "POST", "Authentication":
            {"ConnectionArn": "arn:aws:events:eu-west-1:123456789012:connection/shop/1-2"}}),
        "states:startExecution" => json!({"StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:Pay"}),
        "mediaconvert:createJob" => json!({"Role": ROLE}),
        "bedrock:invokeModel" => json!({"ModelId": "eu.anthropic.claude-x", "Input": {"S3Uri": "s3://in/a.json"},
            "Output": {"S3Uri": "s3://out/b.json"}, "GuardrailIdentifier": "g1"}),
        "bedrock:createModelCustomizationJob" => json!({"BaseModelIdentifier": "amazon.titan", "RoleArn": ROLE}),
        "bedrockagentcore:invokeHarness" => {
            json!({"HarnessArn": "arn:aws:bedrock-agentcore:eu-west-1:123456789012:harness/h"})
        }
        "athena:startQueryExecution" => {
            json!({"WorkGroup": "w", "QueryExecutionContext": {"Catalog": "c", "Database": "d"}})
        }
        "elasticmapreduce:createCluster" => json!({"ServiceRole": "EMR_DefaultRole", "JobFlowRole": "EMR_EC2"}),
        "sagemaker:createHyperParameterTuningJob" => {
            json!({"HyperParameterTuningJobName": "tune", "TrainingJobDefinition": {"RoleArn": ROLE}})
        }
        _ => match name.split(':').next().unwrap() {
            "dynamodb" => json!({"TableName": "orders"}),
            "databrew" => json!({"Name": "clean"}),
            "sagemaker" => json!({"TrainingJobName": "train", "TransformJobName": "transform",
                "ProcessingJobName": "process", "LabelingJobName": "label", "ModelName": "model",
                "EndpointConfigName": "config", "EndpointName": "endpoint", "RoleArn": ROLE, "ExecutionRoleArn": ROLE}),
            "elasticmapreduce" => json!({"ClusterId": "j-1"}),
            "emr-containers" => json!({"Id": "v1", "VirtualClusterId": "v1", "ExecutionRoleArn": ROLE}),
            "emr-serverless" => json!({"ApplicationId": "a1", "JobRunId": "r1", "ExecutionRoleArn": ROLE}),
            "codebuild" => json!({"ProjectName": "site", "Id": "site:1-2-3"}),
            "eks" => json!({"Name": "prod", "ClusterName": "prod", "NodegroupName": "nodes",
                "FargateProfileName": "profile", "RoleArn": ROLE, "NodeRole": ROLE, "PodExecutionRoleArn": ROLE}),
            _ => json!({}),
        },
    }
}

/// Every optimised integration with every pattern it has, with parameters and without.
fn made() -> Value {
    let mut all = Map::new();
    for integration in Integration::all() {
        for pattern in Pattern::ALL {
            if integration.support(pattern, MachineType::Standard) == Support::Refused {
                continue;
            }
            let dot = if pattern == Pattern::RequestResponse { "" } else { "." };
            let name = format!("{}{dot}{}", integration.name(), pattern.suffix());
            let resource = format!("arn:aws:states:::{name}");
            let known = policy(&task(&resource, parameters(integration.name())), &setting());
            let mut dynamic = task(&resource, json!(null));
            dynamic["States"]["Do"].as_object_mut().unwrap().remove("Parameters");
            let unknown = policy(&dynamic, &setting());
            all.insert(name, json!({"known": short(&known), "unknown": short(&unknown)}));
        }
    }
    Value::Object(all)
}

/// A statement a line, so that a change shows in a few lines.
fn printed(all: &Value) -> String {
    let mut lines = vec!["{".to_owned()];
    for (name, of) in all.as_object().unwrap() {
        lines.push(format!(" {}: {{", json!(name)));
        for kind in ["known", "unknown"] {
            let statements: Vec<_> = of[kind].as_array().unwrap().iter().map(|one| format!("   {one}")).collect();
            let end = if kind == "known" { "," } else { "" };
            lines.push(format!("  \"{kind}\": [\n{}\n  ]{end}", statements.join(",\n")));
        }
        lines.push(" },".to_owned());
    }
    *lines.last_mut().unwrap() = " }".to_owned();
    lines.join("\n") + "\n}\n"
}

#[test]
fn every_integration_in_every_pattern() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policy.json");
    let made = made();
    if std::env::var_os("WORKFLOW_BLESS").is_some() {
        std::fs::write(&path, printed(&made)).unwrap();
    }
    let golden: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    for (name, of) in made.as_object().unwrap() {
        assert_eq!(of, &golden[name], "{name}: read what is new, then WORKFLOW_BLESS=1");
    }
    assert_eq!(made, golden);
}
