//! Tests policies: of every optimised integration and pattern, of whole documents, and the changes between two
//! policies.
//!
//! `WORKFLOW_BLESS=1 cargo test -p workflow-asl --test it policy` writes `policy.json`, the policies of the integrations.

use std::path::Path;
use workflow_cases::every;

use serde_json::{Map, Value, json};
use workflow_asl::StateMachine;
use workflow_asl::policy::{self, Note, NoteKind, Policy, Setting, trust};
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
    policy::of(&StateMachine::read(definition).0, setting)
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
            let name = format!("{}{}", integration.name(), pattern.suffix());
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
        every(["known", "unknown"], |kind| {
            let statements: Vec<_> = of[kind].as_array().unwrap().iter().map(|one| format!("   {one}")).collect();
            let end = if kind == "known" { "," } else { "" };
            lines.push(format!("  \"{kind}\": [\n{}\n  ]{end}", statements.join(",\n")));
        });
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

/// A policy as wide as the one in the guide of the Python SDK: whole services, one passed role, five rules.
fn broad() -> Policy {
    let services = ["sagemaker", "lambda", "sqs", "sns", "ecs", "dynamodb", "batch", "glue"];
    let actions: Vec<_> = services.iter().map(|service| format!("{service}:*")).collect();
    let rules = ["SageMakerTrainingJobs", "SageMakerTransformJobs", "SageMakerTuningJobs", "ECSTask", "BatchJobs"];
    let rules: Vec<_> = rules.map(|rule| format!("arn:*:events:*:*:rule/StepFunctionsGetEventsFor{rule}Rule")).into();
    Policy::read(&json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": actions, "Resource": "*"},
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*",
            "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}},
        {"Effect": "Allow", "Action": ["events:PutTargets", "events:PutRule", "events:DescribeRule"],
            "Resource": rules}]}))
    .unwrap()
}

#[test]
fn the_broad_policy_of_the_python_sdk_covers_ours() {
    let Some(folder) = workflow_recorded::data("seed-sdk") else { return };
    let files = std::fs::read_dir(folder).unwrap();
    let mut documents = 0;
    let mut beyond = std::collections::BTreeSet::new();
    for file in files {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let definition: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        if definition.get("States").is_none() {
            continue;
        }
        documents += 1;
        for grant in policy(&definition, &setting()).since(&broad()).added {
            let rule = grant.resource.rsplit_once("StepFunctionsGetEvents").map_or("", |(_, rule)| rule);
            beyond.insert(match grant.action.split(':').next().unwrap() {
                "events" if !rule.is_empty() => rule.to_owned(),
                "iam" => format!("{} {:?}", grant.action, grant.conditions.values().collect::<Vec<_>>()),
                service => service.to_owned(),
            });
        }
    }
    assert!(documents > 50);
    let beyond: Vec<_> = beyond.iter().map(String::as_str).collect();
    // Of the eight services of the guide nothing; what it does not have at all are the integrations that the SDK got later,
    // their roles, and the roles of tasks in ECS.
    let role = |service: &str, end: &str| {
        format!("iam:PassRole [{{\"iam:PassedToService\": [\"{service}.amazonaws.com{end}\"]}}]")
    };
    let expected = [
        "ForSageMakerProcessingJobsRule",
        "ForStepFunctionsExecutionRule",
        "databrew",
        "ec2",
        "eks",
        "elasticmapreduce",
        "events",
        "iam:CreateServiceLinkedRole []",
        "iam:GetRole []",
        "iam:ListAttachedRolePolicies []",
        &role("ec2", "*"),
        &role("ecs-tasks", ""),
        &role("eks-fargate-pods", ""),
        &role("eks", ""),
        &role("elasticmapreduce", "*"),
        "s3",
        "states",
    ];
    assert_eq!(beyond, expected);
}

#[test]
fn no_operation_is_a_silent_hole() {
    let mut states = Map::new();
    let mut operations = Vec::new();
    let step = if crate::is_thorough() { 1 } else { 4 };
    for service in workflow_services::Service::all() {
        for operation in service.operations().filter(|operation| operation.is_supported()).step_by(step) {
            let name = format!("{}:{}", service.name(), operation.name());
            let resource = format!("arn:aws:states:::aws-sdk:{name}");
            // The items of a transaction say which actions it needs.
            let parameters = match operation.name().starts_with("transact") {
                true => json!({"TransactItems.$": "$.items"}),
                false => json!({}),
            };
            let state = json!({"Type": "Task", "Resource": resource, "Parameters": parameters, "End": true});
            states.insert(name.clone(), state);
            operations.push(name);
        }
    }
    let policy = policy(&json!({"StartAt": "s3:getObject", "States": states}), &setting());
    let told: std::collections::BTreeSet<&str> = policy
        .needs
        .iter()
        .map(|need| &need.states)
        .chain(policy.notes.iter().filter(|note| note.kind != NoteKind::Wide).map(|note| &note.states))
        .flatten()
        .map(String::as_str)
        .collect();
    let silent: Vec<_> = operations.iter().filter(|name| !told.contains(name.as_str())).collect();
    assert!(silent.is_empty(), "{silent:?}");
    assert!(operations.len() > 19_000 / step);
}

#[test]
fn parameters_of_the_sdk_narrow_its_actions() {
    let arn = |resource: &str| format!("arn:aws:{resource}").replace("R:A", "eu-west-1:123456789012");
    every(
        [
            ("s3:getObject", json!({"Bucket": "b", "Key": "k/*"}), vec!["s3:::b/k/${*}"]),
            ("s3:listObjectsV2", json!({"Bucket": "b"}), vec!["s3:::b"]),
            (
                "s3:deleteObjects",
                json!({"Bucket": "b", "Delete": {"Objects": [{"Key": "x"}, {"Key.$": "$.y"}]}}),
                vec!["s3:::b/*"],
            ),
            ("dynamodb:query", json!({"TableName": "t"}), vec!["dynamodb:R:A:table/t"]),
            (
                "dynamodb:query",
                json!({"TableName": "t", "IndexName": "i"}),
                vec!["dynamodb:R:A:table/t", "dynamodb:R:A:table/t/index/i"],
            ),
            ("dynamodb:getItem", json!({"TableName": "${Table}"}), vec!["dynamodb:R:A:table/*"]),
            ("dynamodb:getItem", json!({"TableName": "orders-${Stage}"}), vec!["dynamodb:R:A:table/orders-*"]),
            (
                "dynamodb:getItem",
                json!({"TableName.$": "States.Format('orders-{}', $.x)"}),
                vec!["dynamodb:R:A:table/orders-*"],
            ),
            (
                "dynamodb:getItem",
                json!({"TableName": "arn:aws:dynamodb:us-east-1:1:table/t"}),
                vec!["dynamodb:us-east-1:1:table/t"],
            ),
            (
                "secretsmanager:getSecretValue",
                json!({"SecretId": "db/main"}),
                vec!["secretsmanager:R:A:secret:db/main-??????"],
            ),
            (
                "secretsmanager:getSecretValue",
                json!({"SecretId": "arn:aws:secretsmanager:us-east-1:1:secret:db-AbCdEf"}),
                vec!["secretsmanager:us-east-1:1:secret:db-AbCdEf"],
            ),
            (
                "sqs:deleteMessage",
                json!({"QueueUrl": "https://sqs.us-east-1.amazonaws.com/1/q"}),
                vec!["sqs:us-east-1:1:q"],
            ),
            (
                "sfn:startExecution",
                json!({"StateMachineArn.$": "$$.StateMachine.Id"}),
                vec!["states:R:A:stateMachine:Order"],
            ),
            ("ssm:getParameter", json!({"Name": "/a/b"}), vec!["ssm:R:A:parameter/a/b"]),
            ("kms:encrypt", json!({"KeyId": "alias/main"}), vec!["kms:R:A:key/*"]),
            ("kms:encrypt", json!({"KeyId": "1-2"}), vec!["kms:R:A:key/1-2"]),
            ("glue:startCrawler", json!({"Name": "c"}), vec!["glue:R:A:crawler/c"]),
            (
                "ec2:startInstances",
                json!({"InstanceIds": ["i-1", "i-2"]}),
                vec!["ec2:R:A:instance/i-1", "ec2:R:A:instance/i-2"],
            ),
            ("ec2:startInstances", json!({"InstanceIds.$": "$.ids"}), vec!["ec2:R:A:instance/*"]),
            ("cloudfront:getDistribution", json!({"Id": "E1"}), vec!["cloudfront::123456789012:distribution/E1"]),
            ("scheduler:getSchedule", json!({"Name": "later"}), vec!["scheduler:R:A:schedule/default/later"]),
            (
                "scheduler:getSchedule",
                json!({"Name": "later", "GroupName": "g"}),
                vec!["scheduler:R:A:schedule/g/later"],
            ),
            ("rds:startDBInstance", json!({"DbInstanceIdentifier": "main"}), vec!["rds:R:A:db:main"]),
        ],
        |(action, parameters, expected)| {
            let policy = policy(&task(&format!("arn:aws:states:::aws-sdk:{action}"), parameters.clone()), &setting());
            let resources: Vec<_> =
                policy.statements.iter().flat_map(|statement| statement.resources.clone()).collect();
            assert_eq!(resources, expected.iter().map(|one| arn(one)).collect::<Vec<_>>(), "{action} {parameters}");
            let is_wide = resources.iter().any(|resource| resource.contains('*') && !resource.contains("${*}"));
            assert_eq!(!notes(&policy, NoteKind::Wide).is_empty(), is_wide, "{action} {parameters} {:?}", policy.notes);
        },
    );
    let copy = task("arn:aws:states:::aws-sdk:s3:copyObject", json!({"Bucket": "b", "Key": "k", "CopySource": "/s/x"}));
    let expected = [json!(["s3:GetObject", "arn:aws:s3:::s/x"]), json!(["s3:PutObject", "arn:aws:s3:::b/k"])];
    assert_eq!(short(&policy(&copy, &setting())), expected);
}

#[test]
fn an_arn_with_region_and_account_has_its_policy() {
    let get = json!({"Bucket": "b", "Key": "k"});
    every(["us-east-1:123456789012", "${AWS::Region}:${AWS::AccountId}", ":"], |place| {
        let policy = policy(&task(&format!("arn:aws:states:{place}:aws-sdk:s3:getObject"), get.clone()), &setting());
        assert_eq!(short(&policy), [json!(["s3:GetObject", "arn:aws:s3:::b/k"])], "{place}");
        assert_eq!(policy.notes, []);
    });
}

#[test]
fn roles_inside_a_request_are_passed_on() {
    let parameters = json!({"Name": "later", "Target": {"Arn": "arn:aws:sqs:eu-west-1:123456789012:jobs",
        "RoleArn": "arn:aws:iam::123456789012:role/send"}});
    let policy = policy(&task("arn:aws:states:::aws-sdk:scheduler:createSchedule", parameters), &setting());
    let expected = [
        json!([
            "iam:PassRole",
            "arn:aws:iam::123456789012:role/send",
            {"StringEquals": {"iam:PassedToService": ["scheduler.amazonaws.com"]}}
        ]),
        json!(["scheduler:CreateSchedule", "arn:aws:scheduler:eu-west-1:123456789012:schedule/default/later"]),
    ];
    assert_eq!(short(&policy), expected);
}

#[test]
fn standard_children_of_a_map_run_can_be_redriven() {
    let map = |kind: &str, label: Value| {
        let mut map = json!({"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind}, "StartAt": "P",
            "States": {"P": {"Type": "Pass", "End": true}}}}}});
        if !label.is_null() {
            map["States"]["Each"]["Label"] = label;
        }
        let policy = policy(&map, &setting());
        assert!(policy.notes.is_empty(), "{:?}", policy.notes);
        let of = policy.statements.into_iter().find(|one| one.actions == ["states:RedriveExecution"]);
        of.map(|one| one.resources)
    };
    let executions = "arn:aws:states:eu-west-1:123456789012:execution:Order";
    assert_eq!(map("STANDARD", json!("Ships")), Some(vec![format!("{executions}/Ships:*")]));
    assert_eq!(map("STANDARD", json!(null)), Some(vec![format!("{executions}/*:*")]));
    assert_eq!(map("EXPRESS", json!(null)), None);
}

#[test]
fn only_tags_need_the_right_to_tag() {
    let resource = "arn:aws:states:::bedrock:createModelCustomizationJob";
    let tags = |parameters: Value| {
        let policy = policy(&task(resource, parameters), &setting());
        policy.statements.iter().any(|one| one.actions.iter().any(|action| action == "bedrock:TagResource"))
    };
    assert!(tags(json!({"JobName": "j", "JobTags": [{"Key": "a", "Value": "b"}]})));
    assert!(!tags(json!({"JobName": "j"})));
}

#[test]
fn a_whole_document() {
    let definition = json!({"QueryLanguage": "JSONata", "StartAt": "Greet", "States": {
        "Greet": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Wave again",
            "Arguments": {"FunctionName": "greet:live", "Payload": "{% $states.input %}"}},
        "Wave again": {"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:wave", "Next": "Ask"},
        "Ask": {"Type": "Task", "Resource": "arn:aws:states:eu-west-1:123456789012:activity:ask", "Next": "Other"},
        "Other": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Next": "Each",
            "Credentials": {"RoleArn": "arn:aws:iam::9:role/them"},
            "Arguments": {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/9/q", "MessageBody": "m"}},
        "Each": {"Type": "Map", "End": true,
            "ItemReader": {"Resource": "arn:aws:states:::s3:listObjectsV2", "Arguments": {"Bucket": "in", "Prefix": "a/"}},
            "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, "StartAt": "Put",
                "States": {"Put": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "End": true,
                    "Arguments": {"TableName": "{% $x ? 'a' : 'b-' & $y %}", "Item": {}}}}},
            "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Arguments": {"Bucket": "out", "Prefix": "r"}}}}});
    let setting = Setting { logging: true, tracing: true, ..setting() };
    let policy = policy(&definition, &setting);
    let arn = |resource: &str| format!("arn:aws:{resource}").replace("R:A", "eu-west-1:123456789012");
    let allow = |sid: &str, action: Value, resource: Value| json!({"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource});
    let mut list = allow("Each", json!("s3:ListBucket"), json!(arn("s3:::in")));
    list["Condition"] = json!({"StringEquals": {"s3:prefix": "a/"}});
    let statements = json!([
        allow("Put", json!("dynamodb:PutItem"), json!([arn("dynamodb:R:A:table/a"), arn("dynamodb:R:A:table/b-*")])),
        allow(
            "GreetWaveAgain",
            json!("lambda:InvokeFunction"),
            json!([arn("lambda:R:A:function:greet:live"), arn("lambda:R:A:function:wave")])
        ),
        allow(
            "Machine",
            json!([
                "logs:CreateLogDelivery",
                "logs:DeleteLogDelivery",
                "logs:DescribeLogGroups",
                "logs:DescribeResourcePolicies",
                "logs:GetLogDelivery",
                "logs:ListLogDeliveries",
                "logs:PutResourcePolicy",
                "logs:UpdateLogDelivery",
                "xray:GetSamplingRules",
                "xray:GetSamplingTargets",
                "xray:PutTelemetryRecords",
                "xray:PutTraceSegments"
            ]),
            json!("*")
        ),
        allow(
            "Each2",
            json!(["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"]),
            json!(arn("s3:::out/r/*"))
        ),
        list,
        allow(
            "Each3",
            json!(["states:DescribeExecution", "states:StopExecution"]),
            json!(arn("states:R:A:execution:Order:*"))
        ),
        allow("Each4", json!("states:StartExecution"), json!(arn("states:R:A:stateMachine:Order"))),
        allow("Other", json!("sts:AssumeRole"), json!("arn:aws:iam::9:role/them")),
    ]);
    let mut made = policy.to_json();
    let made = made["Statement"].take();
    let sorted = |statements: &Value| {
        let mut all: Vec<_> = statements
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let mut one = one.clone();
                one["Sid"] = json!(one["Sid"].as_str().unwrap().trim_end_matches(char::is_numeric));
                one.to_string()
            })
            .collect();
        all.sort();
        all
    };
    assert_eq!(sorted(&made), sorted(&statements));
    assert_eq!(policy, policy::of(&StateMachine::read(&definition).0, &setting));
    assert!(notes(&policy, NoteKind::Remark).iter().any(|note| note.contains("`sqs:SendMessage`")));
    let sids: std::collections::BTreeSet<_> = policy.statements.iter().map(|statement| &statement.sid).collect();
    assert_eq!(sids.len(), policy.statements.len());
}

#[test]
fn what_is_not_known_is_said() {
    every(
        [
            ("${Function.Arn}", json!({}), "`${Function.Arn}` is unknown, and so are the permissions that it needs"),
            ("arn:aws:states:::aws-sdk:qldb:createLedger", json!({}), "AWS has retired the service `qldb`"),
            ("arn:aws:states:::lambda:invok", json!({}), "its permissions are unknown: Step Functions has no"),
        ],
        |(resource, parameters, expected)| {
            let policy = policy(&task(resource, parameters), &setting());
            assert!(policy.statements.is_empty());
            assert!(notes(&policy, NoteKind::Missing)[0].starts_with(expected), "{:?}", policy.notes);
            assert_eq!(policy.notes[0].states, ["Do"]);
        },
    );
    let values = [("Function.Arn".to_owned(), "arn:aws:lambda:eu-west-1:1:function:f".to_owned())];
    let known = policy(&task("${Function.Arn}", json!({})), &Setting { values: values.into(), ..setting() });
    assert_eq!(short(&known), [json!(["lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:1:function:f"])]);
}

#[test]
fn changes_and_trust() {
    let get = |table: &str| policy(&task("arn:aws:states:::dynamodb:getItem", json!({"TableName": table})), &setting());
    let changed = get("new").since(&get("old"));
    let table = |name: &str| json!({"Action": "dynamodb:GetItem", "Resource": format!("arn:aws:dynamodb:eu-west-1:123456789012:table/{name}"), "States": ["Do"]});
    assert_eq!(changed.added.iter().map(|grant| grant.to_json()).collect::<Vec<_>>(), [table("new")]);
    assert_eq!(changed.removed.iter().map(|grant| grant.to_json()).collect::<Vec<_>>(), [table("old")]);
    assert!(get("a").since(&get("${Any}")).added.is_empty());
    let read = Policy::read(&get("a").to_json()).unwrap();
    assert!(get("a").since(&read).added.is_empty() && read.since(&get("a")).added.is_empty());
    every(
        [
            json!({}),
            json!(1),
            json!({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}),
            json!({"Statement": [{"Effect": "Allow", "NotAction": "*", "Resource": "*"}]}),
            json!({"Statement": [{"Effect": "Allow", "Action": 1, "Resource": "*"}]}),
        ],
        |wrong| {
            assert!(Policy::read(&wrong).is_err(), "{wrong}");
        },
    );
    let statement = &trust(&setting())["Statement"][0];
    assert_eq!(statement["Principal"], json!({"Service": "states.amazonaws.com"}));
    assert_eq!(statement["Condition"]["StringEquals"], json!({"aws:SourceAccount": "123456789012"}));
    assert!(trust(&Setting::default())["Statement"][0].get("Condition").is_none());
    let china = task("arn:aws-cn:states:::glue:startJobRun", json!({"JobName": "j"}));
    assert_eq!(policy(&china, &Setting::default()).statements[0].resources, ["arn:aws-cn:glue:*:*:job/j"]);
}
