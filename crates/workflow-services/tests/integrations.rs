//! Tests the optimised integrations: every resource, pattern and type of state machine, as AWS documents them.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html>

use workflow_cases::every;
use workflow_services::{Integration, MachineType, Pattern, ResourceError, Service, Shape, Support, TaskResource};

/// The letters for patterns in [`STANDARD`].
const LETTERS: [(char, Pattern); 4] =
    [('r', Pattern::RequestResponse), ('s', Pattern::Sync), ('2', Pattern::Sync2), ('t', Pattern::WaitForTaskToken)];

/// The patterns of each integration in a Standard state machine: `r`equest and response, `s`ync, sync:`2`, wait for a
/// task `t`oken. A `?` follows a letter if AWS's table lists the pattern but the page of the service does not.
const STANDARD: &[(&str, &str)] = &[
    ("apigateway:invoke", "rt"),
    ("athena:getQueryExecution", "r"),
    ("athena:getQueryResults", "r"),
    ("athena:startQueryExecution", "rs"),
    ("athena:stopQueryExecution", "r"),
    ("batch:submitJob", "rs"),
    ("bedrock:createModelCustomizationJob", "rst?"),
    ("bedrock:invokeModel", "rt?"),
    ("bedrockagentcore:invokeHarness", "r"),
    ("codebuild:batchDeleteBuilds", "r"),
    ("codebuild:batchGetReports", "r"),
    ("codebuild:deleteBuildBatch", "r"),
    ("codebuild:retryBuildBatch", "rs"),
    ("codebuild:startBuild", "rs"),
    ("codebuild:startBuildBatch", "rs"),
    ("codebuild:stopBuild", "r"),
    ("codebuild:stopBuildBatch", "r"),
    ("databrew:startJobRun", "rs"),
    ("dynamodb:deleteItem", "r"),
    ("dynamodb:getItem", "r"),
    ("dynamodb:putItem", "r"),
    ("dynamodb:updateItem", "r"),
    ("ecs:runTask", "rst"),
    ("eks:call", "rt?"),
    ("eks:createCluster", "rst?"),
    ("eks:createFargateProfile", "rst?"),
    ("eks:createNodegroup", "rst?"),
    ("eks:deleteCluster", "rst?"),
    ("eks:deleteFargateProfile", "rst?"),
    ("eks:deleteNodegroup", "rst?"),
    ("eks:runJob", "rst?"),
    ("elasticmapreduce:addStep", "rs"),
    ("elasticmapreduce:cancelStep", "r"),
    ("elasticmapreduce:createCluster", "rs"),
    ("elasticmapreduce:modifyInstanceFleetByName", "r"),
    ("elasticmapreduce:modifyInstanceGroupByName", "r"),
    ("elasticmapreduce:setClusterTerminationProtection", "r"),
    ("elasticmapreduce:terminateCluster", "rs"),
    ("emr-containers:createVirtualCluster", "r"),
    ("emr-containers:deleteVirtualCluster", "rs"),
    ("emr-containers:startJobRun", "rs"),
    ("emr-serverless:cancelJobRun", "rs"),
    ("emr-serverless:createApplication", "rs"),
    ("emr-serverless:deleteApplication", "rs"),
    ("emr-serverless:startApplication", "rs"),
    ("emr-serverless:startJobRun", "rs"),
    ("emr-serverless:stopApplication", "rs"),
    ("events:putEvents", "rt"),
    ("glue:startJobRun", "rs"),
    ("http:invoke", "r"),
    ("lambda:invoke", "rt"),
    ("mediaconvert:createJob", "rs"),
    ("sagemaker:createEndpoint", "r"),
    ("sagemaker:createEndpointConfig", "r"),
    ("sagemaker:createHyperParameterTuningJob", "rs"),
    ("sagemaker:createLabelingJob", "rs"),
    ("sagemaker:createModel", "r"),
    ("sagemaker:createProcessingJob", "rs"),
    ("sagemaker:createTrainingJob", "rs"),
    ("sagemaker:createTransformJob", "rs"),
    ("sagemaker:updateEndpoint", "r"),
    ("sns:publish", "rt"),
    ("sqs:sendMessage", "rt"),
    ("states:startExecution", "rs2t"),
];

#[test]
fn every_pattern_is_accepted_or_refused_as_documented() {
    assert_eq!(
        Integration::all().map(Integration::name).collect::<Vec<_>>(),
        STANDARD.iter().map(|row| row.0).collect::<Vec<_>>()
    );
    every(STANDARD, |(name, letters)| {
        for (letter, pattern) in LETTERS {
            let standard = match letters.find(letter) {
                Some(at) if letters[at + 1..].starts_with('?') => Support::Unverified,
                Some(_) => Support::Accepted,
                None => Support::Refused,
            };
            // An Express state machine supports only request and response.
            let express = if pattern == Pattern::RequestResponse { Support::Accepted } else { Support::Refused };
            for place in [
                "aws:states::",
                "aws-cn:states::",
                "${AWS::Partition}:states::",
                "aws:states:us-east-1:123456789012",
                "${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}",
            ] {
                let resource = format!("arn:{place}:{name}{}", pattern.suffix());
                let task = TaskResource::parse(&resource).unwrap();
                assert_eq!(task.pattern(), Some(pattern));
                assert_eq!(task.support(MachineType::Standard), standard, "{resource}");
                assert_eq!(task.support(MachineType::Express), express, "{resource}");
            }
        }
    });
}

#[test]
fn operations_of_the_sdk_never_wait_for_a_job() {
    every(
        [
            ("", Support::Accepted, Support::Accepted),
            (".waitForTaskToken", Support::Accepted, Support::Refused),
            (".sync", Support::Refused, Support::Refused),
            (".sync:2", Support::Refused, Support::Refused),
        ],
        |(suffix, standard, express)| {
            let resource = format!("arn:aws:states:::aws-sdk:sfn:startExecution{suffix}");
            let task = TaskResource::parse(&resource).unwrap();
            assert_eq!((task.support(MachineType::Standard), task.support(MachineType::Express)), (standard, express));
        },
    );
    let task = TaskResource::parse("arn:aws:states:::aws-sdk:sts:assumeRole").unwrap();
    assert_eq!(task.support(MachineType::Standard), Support::Refused);
}

#[test]
fn every_integration_has_an_input_an_output_and_errors() {
    for integration in Integration::all() {
        let name = integration.name();
        assert!(integration.input().structure().is_some_and(|input| input.members().next().is_some()), "{name}");
        assert!(
            matches!(integration.output(Pattern::RequestResponse), Shape::Structure(_) | Shape::Document),
            "{name}"
        );
        assert_eq!(integration.output(Pattern::WaitForTaskToken), Shape::Document, "{name}");
        assert!(integration.errors().count() > 1, "{name}");
        assert_eq!(format!("{}:{}", integration.service(), integration.action()), name);
        for pattern in Pattern::ALL {
            for statement in integration.iam(pattern) {
                assert!(statement.actions().all(|action| action.contains(':')), "{name}");
                assert!(statement.resources().all(|resource| !resource.is_empty()), "{name}");
                assert!(statement.conditions().all(|condition| condition.values().count() > 0), "{name}");
            }
        }
    }
}

#[test]
fn outputs_differ_by_pattern() {
    let has = |resource: &str, member: &str| {
        let resource = format!("arn:aws:states:::{resource}");
        TaskResource::parse(&resource).unwrap().output().member(member).is_some()
    };
    assert!(has("lambda:invoke", "Payload") && !has("lambda:invoke", "batch_input"));
    assert!(has("ecs:runTask", "Failures") && has("ecs:runTask", "SdkHttpMetadata"));
    assert!(has("ecs:runTask.sync", "TaskArn") && !has("ecs:runTask.sync", "Failures"));
    assert!(has("glue:startJobRun", "JobRunId") && has("glue:startJobRun.sync", "JobName"));
    assert!(has("elasticmapreduce:addStep.sync", "Step") && has("codebuild:startBuild.sync", "Build"));
    let start = Integration::find("states:startExecution").unwrap();
    assert_eq!(start.output(Pattern::Sync).member("Output").unwrap().shape, Shape::String);
    assert_eq!(start.output(Pattern::Sync2).member("Output").unwrap().shape, Shape::Document);
}

#[test]
fn what_was_not_verified_says_so() {
    let of = |name: &str| Integration::find(name).unwrap();
    assert!(of("lambda:invoke").errors_verified() && of("lambda:invoke").output_verified(Pattern::RequestResponse));
    assert!(!of("eks:createCluster").errors_verified());
    assert!(!of("eks:createCluster").output_verified(Pattern::Sync));
    assert!(of("eks:createCluster").output_verified(Pattern::RequestResponse));
    assert!(!of("ecs:runTask").input_verified());
    assert!(!of("bedrockagentcore:invokeHarness").iam_verified());
}

#[test]
fn one_of_two_parameters_is_enough() {
    let invoke = Integration::find("bedrock:invokeModel").unwrap();
    assert_eq!(invoke.one_of().collect::<Vec<_>>(), [["Body", "Input"]]);
    assert!(!invoke.input().member("Body").unwrap().required);
    assert!(invoke.input().member("ModelId").unwrap().required);
    let publish = Integration::find("sns:publish").unwrap();
    assert_eq!(publish.one_of().collect::<Vec<_>>(), [["TopicArn", "TargetArn", "PhoneNumber"]]);
}

#[test]
fn statements_name_what_the_role_needs() {
    let training = Integration::find("sagemaker:createTrainingJob").unwrap();
    let actions = |pattern| training.iam(pattern).flat_map(|statement| statement.actions()).collect::<Vec<_>>();
    assert!(actions(Pattern::RequestResponse).contains(&"sagemaker:CreateTrainingJob"));
    assert!(!actions(Pattern::RequestResponse).contains(&"events:PutRule"));
    assert!(actions(Pattern::Sync).contains(&"events:PutRule"));
    let pass_role = training.iam(Pattern::Sync).find(|statement| statement.actions().eq(["iam:PassRole"])).unwrap();
    assert_eq!(pass_role.resources().collect::<Vec<_>>(), ["{RoleArn}"]);
    let condition = pass_role.conditions().next().unwrap();
    assert_eq!((condition.operator, condition.key), ("StringEquals", "iam:PassedToService"));
    assert_eq!(condition.values().collect::<Vec<_>>(), ["sagemaker.amazonaws.com"]);
    let guardrail = Integration::find("bedrock:invokeModel").unwrap().iam(Pattern::RequestResponse).last().unwrap();
    assert_eq!(guardrail.when(), Some("GuardrailIdentifier"));
}

#[test]
fn operations_name_their_actions() {
    every(
        [
            ("s3", "listObjectsV2", &["s3:ListBucket"][..]),
            ("s3", "headObject", &["s3:GetObject"]),
            ("s3", "copyObject", &["s3:GetObject", "s3:PutObject"]),
            ("s3", "listBuckets", &["s3:ListAllMyBuckets"]),
            ("sfn", "startExecution", &["states:StartExecution"]),
            ("cloudwatch", "putMetricData", &["cloudwatch:PutMetricData"]),
            ("lambda", "invoke", &["lambda:InvokeFunction"]),
            ("bedrockruntime", "invokeModel", &["bedrock:InvokeModel"]),
            ("apigateway", "getRestApi", &["apigateway:GET"]),
            ("sqs", "sendMessageBatch", &["sqs:SendMessage"]),
            ("kms", "reEncrypt", &["kms:ReEncryptFrom", "kms:ReEncryptTo"]),
            ("cloudcontrol", "createResource", &["cloudformation:CreateResource"]),
        ],
        |(service, operation, actions)| {
            let operation = Service::find(service).unwrap().operation(operation).unwrap();
            assert_eq!(operation.iam().map(|action| action.name()).collect::<Vec<_>>(), actions, "{operation:?}");
        },
    );
    let operation = Service::find("apigateway").unwrap().operation("getResource").unwrap();
    let forms: Vec<_> = operation.iam().flat_map(|action| action.resources().collect::<Vec<_>>()).collect();
    assert_eq!(forms[0].arn, "arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/resources/${ResourceId}");
    let run = Service::find("ec2").unwrap().operation("runInstances").unwrap().iam().next().unwrap();
    assert!(run.dependents().any(|action| action == "iam:PassRole"));
    assert!(run.resources().any(|form| form.required));
}

#[test]
fn what_is_no_resource_says_which_part_is_wrong() {
    let parse = |text| TaskResource::parse(text);
    let s3 = Service::find("s3").unwrap();
    assert_eq!(
        parse("arn:aws:states:::aws-sdk:s3:listObjects2"),
        Err(ResourceError::UnknownOperation(s3, "listObjects2"))
    );
    assert_eq!(
        parse("arn:aws:states:::aws-sdk:s3:ListObjects"),
        Err(ResourceError::UnknownOperation(s3, "ListObjects"))
    );
    assert_eq!(parse("arn:aws:states:::aws-sdk:s4:x"), Err(ResourceError::UnknownService("s4")));
    assert_eq!(parse("arn:aws:states:::aws-sdk:s3"), Err(ResourceError::Malformed));
    assert_eq!(parse("arn:aws:states:::lambda:invok"), Err(ResourceError::UnknownIntegration("lambda:invok")));
    assert_eq!(parse("arn:aws:states:::dynamodb:query"), Err(ResourceError::UnknownIntegration("dynamodb:query")));
    assert_eq!(parse("arn:aws:states:::lambda:invoke.sinc"), Err(ResourceError::UnknownPattern("sinc")));
    assert_eq!(parse("arn:aws:states:::lambda:invoke.sync:3"), Err(ResourceError::UnknownPattern("sync:3")));
    every(
        ["", "arn", "lambda:invoke", "arn:aws:states", "arn:aws:s3:::bucket", "states:::lambda:invoke"],
        |malformed| {
            assert_eq!(parse(malformed), Err(ResourceError::Malformed), "{malformed}");
        },
    );
    assert!(matches!(
        parse("arn:aws:states:::aws-sdk:qldb:createLedger"),
        Ok(TaskResource::Retired(_, "createLedger"))
    ));
    every(["${Function}", "arn:aws:states:::${Service}:invoke", "${LambdaArn}.x"], |unknown| {
        assert_eq!(parse(unknown), Ok(TaskResource::Unknown), "{unknown}");
    });
    assert_eq!(parse("arn:aws:lambda:eu-west-1:123456789012:function:f:$LATEST"), Ok(TaskResource::Function));
    let activity = parse("arn:aws:states:eu-west-1:123456789012:activity:a").unwrap();
    assert_eq!(activity.support(MachineType::Express), Support::Refused);
    let long = format!("arn:aws:states:::aws-sdk:{}:x", "y".repeat(10_000));
    let error = parse(&long).unwrap_err();
    assert!(matches!(error, ResourceError::UnknownService(_)));
    assert!(error.to_string().len() < 200);
    assert!(error.candidates().any(|name| name == "s3"));
}
