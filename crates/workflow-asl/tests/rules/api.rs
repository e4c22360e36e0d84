//! Tests the rules on AWS's APIs: each kind of mistake, and its correction.

use super::*;
use workflow_cases::every;

fn call(resource: &str, request: Value) -> Value {
    task(json!({"Resource": format!("arn:aws:states:::{resource}"), "Parameters": request}))
}

fn arguments(resource: &str, request: Value) -> Value {
    jsonata(task(json!({"Resource": format!("arn:aws:states:::{resource}"), "Arguments": request})))
}

/// Returns a task on a service with fields besides.
fn with(resource: &str, request: Value, fields: Value) -> Value {
    let mut definition = call(resource, request);
    for (key, value) in fields.as_object().unwrap() {
        definition["States"]["S"][key] = value.clone();
    }
    definition
}

/// Returns the one finding of a definition: its code, where it is after the state, and its text with the help.
#[track_caller]
fn only(definition: &Value) -> (Code, String, String) {
    let found = check_definition(definition, MachineType::Standard);
    let [one] = found.as_slice() else { panic!("{found:?} in {definition}") };
    let at = one.pointer.as_str().trim_start_matches("/States/S/").to_owned();
    let help = one.help().as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    (one.code, at, format!("{}{help}", one.message()))
}

/// Each mistake with its code, position and text, and its corrected version.
#[track_caller]
fn mistakes(cases: &[(Value, Code, &str, &str, Value)]) {
    for (wrong, code, at, text, fixed) in cases {
        let (found, place, message) = only(wrong);
        assert_eq!((found, place.as_str(), message.as_str()), (*code, *at, *text));
        assert_eq!(check_definition(fixed, MachineType::Standard), [], "{fixed}");
    }
}

#[test]
fn what_is_no_string_for_a_string() {
    let invoke = |name: Value, payload: Value| call("lambda:invoke", json!({"FunctionName": name, "Payload": payload}));
    let send = |body: Value| call("aws-sdk:sqs:sendMessage", json!({"QueueUrl": "u", "MessageBody": body}));
    mistakes(&[
        (
            invoke("f".into(), 1.into()),
            Code::WrongParameterType,
            "Parameters/Payload",
            "`Payload` takes a string, found a number; write it in quotes: `\"1\"`",
            invoke("f".into(), json!({"n": 1})),
        ),
        (
            invoke(json!(["f"]), "x".into()),
            Code::WrongParameterType,
            "Parameters/FunctionName",
            "`FunctionName` takes a string, found an array",
            invoke("f".into(), json!([1])),
        ),
        (
            send(true.into()),
            Code::WrongParameterType,
            "Parameters/MessageBody",
            "`MessageBody` takes a string, found a boolean; write it in quotes: `\"true\"`",
            send(json!({"it": "becomes text"})),
        ),
        (
            arguments("sns:publish", json!({"TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message": 1})),
            Code::DoubtfulParameter,
            "Arguments/Message",
            "`Message` takes a string, found a number; write it in quotes: `\"1\"`",
            arguments("sns:publish", json!({"TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message": [1]})),
        ),
        (
            arguments("sns:publish", "{% {'TopicArn': 1, 'Message': $states.input} %}".into()),
            Code::WrongParameterType,
            "Arguments/TopicArn",
            "`TopicArn` takes a string, found a number; write it in quotes: `\"1\"`",
            arguments("sns:publish", "{% {'TopicArn': $string(1), 'Message': $states.input} %}".into()),
        ),
        (
            call("aws-sdk:ecs:runTask", json!({"TaskDefinition": "t", "LaunchType": ["FARGATE"]})),
            Code::WrongParameterType,
            "Parameters/LaunchType",
            "`LaunchType` takes a string, found an array",
            call("aws-sdk:ecs:runTask", json!({"TaskDefinition": "t", "LaunchType": "FARGATE"})),
        ),
        (
            call("glue:startJobRun", json!({"JobName": "j", "Arguments": {"--count": 1}})),
            Code::DoubtfulParameter,
            "Parameters/Arguments/--count",
            "`Arguments.--count` takes a string, found a number; write it in quotes: `\"1\"`",
            call("glue:startJobRun", json!({"JobName": "j", "Arguments": {"--count": "1"}})),
        ),
    ]);
}

#[test]
fn an_arn_with_region_and_account_is_checked_as_any_other() {
    let resource = |place: &str, name: &str| format!("arn:{place}:{name}");
    every(
        [
            "aws:states:us-east-1:123456789012",
            "aws-cn:states:cn-north-1:123456789012",
            "${AWS::Partition}:states::",
            "${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}",
            "aws:states:${region}:${account}",
        ],
        |place| {
            let call = |name: &str, request: Value| {
                task(json!({"Resource": resource(place, name), "Parameters": request, "TimeoutSeconds": 60}))
            };
            let get = || json!({"Bucket": "b", "Key": "k"});
            mistakes(&[
                (
                    call("aws-sdk:s3:getObject", json!({"Bukcet": "b", "Bucket": "b", "Key": "k"})),
                    Code::UnknownParameter,
                    "Parameters/Bukcet",
                    "`aws-sdk:s3:getObject` has no parameter `Bukcet`",
                    call("aws-sdk:s3:getObject", get()),
                ),
                (
                    call("aws-sdk:s3:getObjekt", get()),
                    Code::UnknownApi,
                    "Resource",
                    "the service `s3` has no operation `getObjekt`; did you mean `getObject`?",
                    call("aws-sdk:s3:getObject", get()),
                ),
                (
                    call("sqs:sendMessage.waitForTaskToken", json!({"QueueUrl": "q", "MessageBody": "m"})),
                    Code::TokenNotSent,
                    "Parameters",
                    "the request does not pass the task token, so state `S` can never complete; \
                 pass it: `$$.Task.Token` under a key that ends in `.$`",
                    call(
                        "sqs:sendMessage.waitForTaskToken",
                        json!({"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}),
                    ),
                ),
            ]);
            let waits = call("ecs:runTask.sync", json!({"TaskDefinition": "t"}));
            let express = [(Code::ExpressRestriction, "/States/S/Resource".to_owned())];
            assert_eq!(found(&waits, MachineType::Express), express, "{place}");
            assert_eq!(found(&waits, MachineType::Standard), [], "{place}");
        },
    );
    // Step Functions' own resources are not called by their ARN, and half an address is none.
    every(["aws:states:us-east-1:1:stateMachine:m", "aws:states:us-east-1::lambda:invoke"], |place| {
        let wrong = task(json!({"Resource": format!("arn:{place}"), "Parameters": {}}));
        assert_eq!(found(&wrong, MachineType::Standard), [(Code::BadResource, "/States/S/Resource".to_owned())]);
    });
}

#[test]
fn what_is_called() {
    let bucket = || json!({"Bucket": "b"});
    let named = |resource: &str| call(resource, bucket());
    mistakes(&[
        (
            named("aws-sdk:s3:listObjects2"),
            Code::UnknownApi,
            "Resource",
            "the service `s3` has no operation `listObjects2`; did you mean `listObjectsV2`?",
            named("aws-sdk:s3:listObjectsV2"),
        ),
        (
            named("aws-sdk:s3:listobjectsV2"),
            Code::UnknownApi,
            "Resource",
            "the service `s3` has no operation `listobjectsV2`; did you mean `listObjectsV2`?",
            named("aws-sdk:s3:listObjectsV2"),
        ),
        (
            named("aws-sdk:s3:ListObjectsV2"),
            Code::BadResource,
            "Resource",
            "`arn:aws:states:::aws-sdk:s3:ListObjectsV2` is not a resource ARN; did you mean `listObjectsV2`? services and operations begin with a lower-case letter",
            named("aws-sdk:s3:listObjectsV2"),
        ),
        (
            call("aws-sdk:states:listStateMachines", json!({"MaxResults": 1})),
            Code::UnknownApi,
            "Resource",
            "AWS's SDK has no service `states`; did you mean `sfn`?",
            call("aws-sdk:sfn:listStateMachines", json!({"MaxResults": 1})),
        ),
        (
            call("aws-sdk:dynamodbb:listTables", json!({"Limit": 1})),
            Code::UnknownApi,
            "Resource",
            "AWS's SDK has no service `dynamodbb`; did you mean `dynamodb`?",
            call("aws-sdk:dynamodb:listTables", json!({"Limit": 1})),
        ),
        (
            call("dynamodb:query", json!({"TableName": "t"})),
            Code::UnknownApi,
            "Resource",
            "Step Functions has no optimised integration `dynamodb:query`; the SDK integration supports it: `aws-sdk:dynamodb:query`",
            call("aws-sdk:dynamodb:query", json!({"TableName": "t"})),
        ),
        (
            call("sqs:sendMesage", json!({"QueueUrl": "q", "MessageBody": "m"})),
            Code::UnknownApi,
            "Resource",
            "Step Functions has no optimised integration `sqs:sendMesage`; did you mean `sqs:sendMessage`?",
            call("sqs:sendMessage", json!({"QueueUrl": "q", "MessageBody": "m"})),
        ),
        (
            call("aws-sdk:kinesis:subscribeToShard", json!({"ShardId": "s"})),
            Code::UnsupportedOperation,
            "Resource",
            "`kinesis:subscribeToShard` streams events, which no task can receive; call it from a Lambda function",
            call("aws-sdk:kinesis:listStreams", json!({"Limit": 1})),
        ),
        (
            call("aws-sdk:qldb:listLedgers", json!({"MaxResults": 1})),
            Code::RetiredService,
            "Resource",
            "AWS has retired the service `qldb`",
            call("aws-sdk:rds:describeDBInstances", json!({"DbInstanceIdentifier": "i"})),
        ),
    ]);
}

#[test]
fn what_the_documentation_does_not_list_warns() {
    let found = check_definition(&call("aws-sdk:s3vectors:nothing", json!({"a": 1})), MachineType::Standard);
    assert_eq!(found.iter().map(|found| found.code).collect::<Vec<_>>(), [Code::UndocumentedService]);
    let (code, _, text) = only(&call("aws-sdk:s3vectors:listVectorBuckets", json!({"MaxResults": 1})));
    assert_eq!(code, Code::UndocumentedService);
    assert_eq!(text, "`s3vectors` is not in AWS's list of the services that a task can call");
}

#[test]
fn how_it_is_called() {
    let f = || json!({"FunctionName": "f"});
    let glue = || json!({"JobName": "j"});
    mistakes(&[
        (
            call("lambda:invoke.sync", f()),
            Code::BadResource,
            "Resource",
            "`lambda:invoke` does not support `.sync`; without a suffix it returns at once; it also supports `.waitForTaskToken`",
            call("lambda:invoke", f()),
        ),
        (
            call("aws-sdk:glue:startJobRun.sync", glue()),
            Code::BadResource,
            "Resource",
            "`aws-sdk:glue:startJobRun` does not support `.sync`; the optimised integration supports it: `glue:startJobRun.sync`",
            call("glue:startJobRun.sync", glue()),
        ),
        (
            call("glue:startJobRun.synk", glue()),
            Code::BadResource,
            "Resource",
            "unknown pattern `.synk`; did you mean `.sync`?",
            call("glue:startJobRun.sync", glue()),
        ),
        (
            call("athena:stopQueryExecution.sync", json!({"QueryExecutionId": "q"})),
            Code::BadResource,
            "Resource",
            "`athena:stopQueryExecution` does not support `.sync`; it returns at once: remove the suffix",
            call("athena:stopQueryExecution", json!({"QueryExecutionId": "q"})),
        ),
        (
            with(
                "bedrock:invokeModel.waitForTaskToken",
                json!({"ModelId": "m", "Body": {"t.$": "$$.Task.Token"}}),
                json!({"TimeoutSeconds": 60}),
            ),
            Code::DoubtfulPattern,
            "Resource",
            "AWS's pages contradict each other on `bedrock:invokeModel` with `.waitForTaskToken`",
            call("bedrock:invokeModel", json!({"ModelId": "m", "Body": {"t": 1}})),
        ),
    ]);
}

#[test]
fn requests() {
    let run = |network: Value| {
        call(
            "aws-sdk:ecs:runTask",
            json!({"TaskDefinition": "t", "NetworkConfiguration": {"AwsvpcConfiguration": network}}),
        )
    };
    let put = |item: Value| call("dynamodb:putItem", json!({"TableName": "t", "Item": item}));
    mistakes(&[
        (
            call("sqs:sendMessage", json!({"QueueURL": "q", "MessageBody": "m"})),
            Code::UnknownParameter,
            "Parameters/QueueURL",
            "`sqs:sendMessage` has no parameter `QueueURL`; did you mean `QueueUrl`?",
            call("sqs:sendMessage", json!({"QueueUrl": "q", "MessageBody": "m"})),
        ),
        (
            call("sqs:sendMessage", json!({"QueueURL.$": "$.q", "MessageBody": "m"})),
            Code::UnknownParameter,
            "Parameters/QueueURL.$",
            "`sqs:sendMessage` has no parameter `QueueURL`; did you mean `QueueUrl`?",
            call("sqs:sendMessage", json!({"QueueUrl.$": "$.q", "MessageBody": "m"})),
        ),
        (
            arguments("sqs:sendMessage", json!({"QueueURL": "{% $states.input.q %}", "MessageBody": "m"})),
            Code::UnknownParameter,
            "Arguments/QueueURL",
            "`sqs:sendMessage` has no parameter `QueueURL`; did you mean `QueueUrl`?",
            arguments("sqs:sendMessage", json!({"QueueUrl": "{% $states.input.q %}", "MessageBody": "m"})),
        ),
        (
            arguments("sqs:sendMessage", json!("{% {'QueueURL': $states.input.q, 'MessageBody': 'm'} %}")),
            Code::UnknownParameter,
            "Arguments/QueueURL",
            "`sqs:sendMessage` has no parameter `QueueURL`; did you mean `QueueUrl`?",
            arguments("sqs:sendMessage", json!("{% {'QueueUrl': $states.input.q, 'MessageBody': 'm'} %}")),
        ),
        (
            arguments("dynamodb:getItem", json!("{% {'TableName': 't', 'Key': {'id': {'s': $states.input.id}}} %}")),
            Code::UnknownParameter,
            "Arguments/Key/id/s",
            "`Key.id` of `dynamodb:getItem` has no member `s`; did you mean `S`?",
            arguments("dynamodb:getItem", json!("{% {'TableName': 't', 'Key': {'id': {'S': $states.input.id}}} %}")),
        ),
        (
            call("aws-sdk:rds:describeDBInstances", json!({"DBInstanceIdentifier": "i"})),
            Code::UnknownParameter,
            "Parameters/DBInstanceIdentifier",
            "`aws-sdk:rds:describeDBInstances` has no parameter `DBInstanceIdentifier`; did you mean `DbInstanceIdentifier`?",
            call("aws-sdk:rds:describeDBInstances", json!({"DbInstanceIdentifier": "i"})),
        ),
        (
            run(json!({"Subnet": ["a"]})),
            Code::UnknownParameter,
            "Parameters/NetworkConfiguration/AwsvpcConfiguration/Subnet",
            "`NetworkConfiguration.AwsvpcConfiguration` of `aws-sdk:ecs:runTask` has no member `Subnet`; did you mean `Subnets`?",
            run(json!({"Subnets": ["a"]})),
        ),
        (
            call("batch:submitJob", json!({"JobName": "n", "JobDefinition": "d"})),
            Code::LeftOutParameter,
            "Parameters",
            "a request to `batch:submitJob` needs `JobQueue`",
            call("batch:submitJob", json!({"JobName": "n", "JobDefinition": "d", "JobQueue.$": "$.queue"})),
        ),
        (
            arguments("sqs:sendMessage", json!({})),
            Code::LeftOutParameter,
            "Arguments",
            "a request to `sqs:sendMessage` needs `QueueUrl` and `MessageBody`",
            arguments("aws-sdk:s3:listBuckets", json!({})),
        ),
        (
            call("aws-sdk:ecs:runTask", json!({})),
            Code::LeftOutParameter,
            "Parameters",
            "a request to `aws-sdk:ecs:runTask` needs `TaskDefinition`",
            call("aws-sdk:ecs:listClusters", json!({})),
        ),
        (
            run(json!({"AssignPublicIp": "ENABLED"})),
            Code::LeftOutParameter,
            "Parameters/NetworkConfiguration/AwsvpcConfiguration",
            "`NetworkConfiguration.AwsvpcConfiguration` of `aws-sdk:ecs:runTask` needs `Subnets`",
            run(json!({"AssignPublicIp": "ENABLED", "Subnets.$": "$.subnets"})),
        ),
        (
            run(json!({"Subnets": ["a"], "AssignPublicIp": "Enabled"})),
            Code::UnlistedValue,
            "Parameters/NetworkConfiguration/AwsvpcConfiguration/AssignPublicIp",
            "`Enabled` is not among the values that AWS lists for `NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp`; did you mean `ENABLED`?",
            run(json!({"Subnets": ["a"], "AssignPublicIp": "ENABLED"})),
        ),
        (
            run(json!({"Subnets": "a"})),
            Code::WrongParameterType,
            "Parameters/NetworkConfiguration/AwsvpcConfiguration/Subnets",
            "`NetworkConfiguration.AwsvpcConfiguration.Subnets` takes an array, found a string",
            run(json!({"Subnets": "${Subnets}"})),
        ),
        (
            call("aws-sdk:s3:listObjectsV2", json!({"Bucket": "b", "MaxKeys": "many"})),
            Code::WrongParameterType,
            "Parameters/MaxKeys",
            "`MaxKeys` takes a number, found `many`",
            call("aws-sdk:s3:listObjectsV2", json!({"Bucket": "b", "MaxKeys": "10"})),
        ),
        (
            call("aws-sdk:s3:listObjectsV2", json!({"Bucket": "b", "FetchOwner": "perhaps"})),
            Code::WrongParameterType,
            "Parameters/FetchOwner",
            "`FetchOwner` takes a boolean, found `perhaps`",
            call("aws-sdk:s3:listObjectsV2", json!({"Bucket": "b", "FetchOwner": "True"})),
        ),
        (
            put(json!({"id": {"s": "1"}})),
            Code::UnknownParameter,
            "Parameters/Item/id/s",
            "`Item.id` of `dynamodb:putItem` has no member `s`; did you mean `S`?",
            put(json!({"id": {"S": "1"}, "l": {"L": [{"M": {"deep": {"NULL": true}}}]}})),
        ),
        (
            call("aws-sdk:dynamodb:putItem", json!({"TableName": "t", "Item": {"id": {"NULL": true}}})),
            Code::UnknownParameter,
            "Parameters/Item/id/NULL",
            "`Item.id` of `aws-sdk:dynamodb:putItem` has no member `NULL`; did you mean `Nul`?",
            call("aws-sdk:dynamodb:putItem", json!({"TableName": "t", "Item": {"id": {"Nul": true}}})),
        ),
        (
            call("bedrock:invokeModel", json!({"ModelId": "m"})),
            Code::LeftOutParameter,
            "Parameters",
            "a request to `bedrock:invokeModel` needs `Body` or `Input`",
            call("bedrock:invokeModel", json!({"ModelId": "m", "Input": {"S3Uri.$": "$.uri"}})),
        ),
    ]);
}

#[test]
fn what_aws_takes_has_no_finding() {
    expect(&[
        // A token of idempotency is filled in; blobs and texts take any JSON; a map's keys are data.
        (call("aws-sdk:sfn:sendTaskSuccess", json!({"TaskToken": "t", "Output": {"a": [1]}})), &[]),
        (call("lambda:invoke", json!({"FunctionName": "f", "Payload": {"anything": [{"x.$": "$.y"}]}})), &[]),
        (call("aws-sdk:s3:putObject", json!({"Bucket": "b", "Key": "k", "Body": {"a": 1}})), &[]),
        (call("aws-sdk:lambda:tagResource", json!({"Resource": "r", "Tags": {"Any Key": "v"}})), &[]),
        // Optimised DynamoDB takes a bare text for a value.
        (call("dynamodb:getItem", json!({"TableName": "t", "Key": {"id": "1"}})), &[]),
        // What is not known is not looked at.
        (call("sqs:sendMessage", json!({"${Key}": "q"})), &[]),
        (call("ecs:runTask", json!({"TaskDefinition": "t", "NetworkConfiguration.$": "$.n"})), &[]),
        (arguments("sqs:sendMessage", json!("{% $states.input.request %}")), &[]),
        (
            arguments(
                "aws-sdk:ecs:runTask",
                json!({"TaskDefinition": "t", "Count": "{% 1 %}", "LaunchType": "{% $states.input.l %}"}),
            ),
            &[],
        ),
        (call("aws-sdk:ecs:runTask", json!({"TaskDefinition": "t", "LaunchType": "${Type}", "Count": "${N}"})), &[]),
    ]);
    every(["aws-cn", "${AWS::Partition}"], |partition| {
        let request = json!({"QueueUrl": "q", "MessageBody": "m", "Delay": 1});
        let mut definition = call("sqs:sendMessage", request);
        definition["States"]["S"]["Resource"] = format!("arn:{partition}:states:::sqs:sendMessage").into();
        assert_eq!(only(&definition).0, Code::UnknownParameter);
    });
    // In JSONata a key that ends in `.$` is a key.
    let found =
        found(&arguments("sqs:sendMessage", json!({"QueueUrl.$": "$.q", "MessageBody": "m"})), MachineType::Standard);
    assert!(found.iter().any(|(code, _)| *code == Code::UnknownParameter), "{found:?}");
}

#[test]
fn doubtful_integrations_warn() {
    let doubtful = workflow_services::Integration::all().find(|integration| !integration.input_verified());
    let Some(integration) = doubtful else { return };
    let members = integration.input().structure().unwrap().members().filter(|member| member.required);
    let mut request: serde_json::Map<String, Value> =
        members.map(|member| (format!("{}.$", member.name), json!("$.x"))).collect();
    request.insert("Nonsense".into(), 1.into());
    assert_eq!(only(&call(integration.name(), request.into())).0, Code::DoubtfulParameter);
}

#[test]
fn errors() {
    let get = || json!({"TableName": "t", "Key": {"id": {"S": "1"}}});
    let retry = |resource: &str, name: &str| with(resource, get(), json!({"Retry": [{"ErrorEquals": [name]}]}));
    let caught = |resource: &str, name: &str| {
        with(resource, get(), json!({"Catch": [{"ErrorEquals": [name], "Next": "S", "Assign": {"tried": true}}]}))
    };
    let (optimised, sdk) = ("dynamodb:getItem", "aws-sdk:dynamodb:getItem");
    mistakes(&[
        (
            retry(optimised, "DynamoDb.ResourceNotFoundException"),
            Code::OtherErrorPrefix,
            "Retry/0/ErrorEquals/0",
            "errors of `dynamodb:getItem` begin with `DynamoDB.`, so `DynamoDb.ResourceNotFoundException` never matches; write `DynamoDB.ResourceNotFoundException`",
            retry(optimised, "DynamoDB.ResourceNotFoundException"),
        ),
        (
            caught(sdk, "DynamoDB.ResourceNotFound"),
            Code::OtherErrorPrefix,
            "Catch/0/ErrorEquals/0",
            "errors of `aws-sdk:dynamodb:getItem` begin with `DynamoDb.`, so `DynamoDB.ResourceNotFound` never matches; write `DynamoDb.ResourceNotFoundException`",
            caught(sdk, "DynamoDb.ResourceNotFoundException"),
        ),
        (
            retry(sdk, "ResourceNotFoundException"),
            Code::UnraisedError,
            "Retry/0/ErrorEquals/0",
            "`aws-sdk:dynamodb:getItem` does not raise `ResourceNotFoundException`; did you mean `DynamoDb.ResourceNotFoundException`?",
            retry(sdk, "DynamoDb.DynamoDbException"),
        ),
        (
            retry(optimised, "Lambda.ServiceException"),
            Code::UnraisedError,
            "Retry/0/ErrorEquals/0",
            "`dynamodb:getItem` does not raise `Lambda.ServiceException`; the names of its errors begin with `DynamoDB.`",
            retry(optimised, "DynamoDB.SdkClientException"),
        ),
    ]);
    let start = |name: &str| {
        with(
            "aws-sdk:sfn:startExecution",
            json!({"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:a"}),
            json!({"Retry": [{"ErrorEquals": [name]}]}),
        )
    };
    assert_eq!(only(&start("StepFunctions.ExecutionLimitExceeded")).0, Code::OtherErrorPrefix);
    // A handler that names both intends it; the errors of a function or a token's holder are unknown.
    let both = json!({"Retry": [{"ErrorEquals": ["DynamoDb.InternalServerErrorException", "DynamoDB.InternalServerErrorException"]}]});
    let token = json!({"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"});
    let any = json!({"Retry": [{"ErrorEquals": ["Mine"]}], "TimeoutSeconds": 60});
    expect(&[
        (with(sdk, get(), both), &[]),
        (with("lambda:invoke", json!({"FunctionName": "f"}), any.clone()), &[]),
        (with("sqs:sendMessage.waitForTaskToken", token, any), &[]),
        (retry(sdk, "States.TaskFailed"), &[]),
        (retry(sdk, "${Name}"), &[]),
    ]);
}

#[test]
fn results() {
    let get = || json!({"TableName": "t", "Key": {"id": {"S": "1"}}});
    let select = |path: &str| with("dynamodb:getItem", get(), json!({"ResultSelector": {"x.$": path}}));
    let output = |text: &str| {
        let mut definition = arguments(
            "states:startExecution.sync:2",
            json!({"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:a"}),
        );
        definition["States"]["S"]["Output"] = json!({"n": format!("{{% {text} %}}")});
        definition
    };
    let invoke = |path: &str| with("lambda:invoke", json!({"FunctionName": "f"}), json!({"OutputPath": path}));
    mistakes(&[
        (
            select("$.Items"),
            Code::UnknownResultMember,
            "ResultSelector/x.$",
            "the result of `dynamodb:getItem` has no member `Items` here; did you mean `Item`?",
            select("$.Item"),
        ),
        (
            select("$.Item.id.s"),
            Code::UnknownResultMember,
            "ResultSelector/x.$",
            "the result of `dynamodb:getItem` has no member `s` here; did you mean `S`?",
            select("$.Item.id.S"),
        ),
        (
            select("$.Item.id.S.length"),
            Code::UnknownResultMember,
            "ResultSelector/x.$",
            "`Item.id.S` in the result of `dynamodb:getItem` is a string, which has no `length`",
            select("$.SdkHttpMetadata.HttpStatusCode"),
        ),
        (
            output("$states.result.resultCount"),
            Code::UnknownResultMember,
            "Output/n",
            "the result of `states:startExecution.sync:2` has no member `resultCount` here; the returned value is in `Output`: `Output.resultCount`",
            output("$states.result.Output.resultCount"),
        ),
        (
            output("$states.result.resultCount & 'x'"),
            Code::DoubtfulResultMember,
            "Output/n",
            "the result of `states:startExecution.sync:2` has no member `resultCount` here; the returned value is in `Output`: `Output.resultCount`",
            output("$states.result.Output.resultCount & 'x'"),
        ),
        (
            invoke("$.batch_input"),
            Code::UnknownResultMember,
            "OutputPath",
            "the result of `lambda:invoke` has no member `batch_input` here; the returned value is in `Payload`: `Payload.batch_input`",
            invoke("$.Payload.batch_input"),
        ),
    ]);
    let found = check_definition(&select("$.Item.id.s"), MachineType::Standard);
    assert_eq!(found[0].range, Some((9, 2)));
    expect(&[
        // Where the result goes elsewhere, or something else is put out.
        (with("lambda:invoke", json!({"FunctionName": "f"}), json!({"ResultPath": "$.r", "OutputPath": "$.r.x"})), &[]),
        (
            with(
                "lambda:invoke",
                json!({"FunctionName": "f"}),
                json!({"ResultSelector": {"a": 1}, "OutputPath": "$.a"}),
            ),
            &[],
        ),
        // The value sent back with a token is unknown.
        (
            with(
                "lambda:invoke.waitForTaskToken",
                json!({"FunctionName": "f", "Payload": {"t.$": "$$.Task.Token"}}),
                json!({"ResultSelector": {"x.$": "$.anything"}, "TimeoutSeconds": 60}),
            ),
            &[],
        ),
        (output("$exists($states.result.other)"), &[]),
        (
            with(
                "aws-sdk:ec2:describeInstances",
                json!({"MaxResults": 5}),
                json!({"ResultSelector": {"x.$": "$.Reservations[0].Instances[*].InstanceId"}}),
            ),
            &[],
        ),
    ]);
}

#[test]
fn names_of_any_length_are_unknown() {
    let long = "x".repeat(10_000);
    for resource in
        [format!("aws-sdk:{long}:get"), format!("aws-sdk:s3:{long}"), format!("{long}:get"), format!("sqs:{long}")]
    {
        assert_eq!(only(&call(&resource, json!({"a": 1}))).0, Code::UnknownApi);
    }
    let request = json!({"QueueUrl": "q", "MessageBody": "m", (long.clone()): 1});
    assert_eq!(only(&call("sqs:sendMessage", request)).0, Code::UnknownParameter);
}

#[test]
fn only_the_word_is_underlined_that_is_wrong() {
    let underlined = |resource: &str| {
        let definition = call(resource, json!({"Bucket": "b"}));
        let found = check_definition(&definition, MachineType::Standard);
        let found = found.iter().find(|found| found.pointer.as_str().ends_with("/Resource")).unwrap();
        let (start, length) = found.range.unwrap();
        format!("arn:aws:states:::{resource}")[start..start + length].to_owned()
    };
    every(
        [
            ("aws-sdk:s3:listObjects2", "listObjects2"),
            ("aws-sdk:s3:listObjects2.waitForTaskToken", "listObjects2"),
            ("aws-sdk:s4:listObjectsV2", "s4"),
            ("aws-sdk:qldb:createLedger", "qldb"),
            ("aws-sdk:sts:assumeRole", "assumeRole"),
            ("dynamodb:query", "query"),
            ("lambada:invoke", "lambada"),
            ("lambda:invoke.sync", "sync"),
            ("aws-sdk:s3:listObjectsV2.sync", "sync"),
        ],
        |(resource, word)| {
            assert_eq!(underlined(resource), word, "{resource}");
        },
    );
}

#[test]
fn the_word_is_underlined_in_each_task_that_has_it() {
    let task = |next: Value| {
        let mut task = json!({ "Type": "Task", "Resource": "arn:aws:states:::lambda:call", "Arguments": {} });
        task.as_object_mut().unwrap().extend(next.as_object().unwrap().clone());
        task
    };
    let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": task(json!({ "Next": "B" })),
        "B": task(json!({ "End": true })),
    } });
    let found = check_definition(&definition, MachineType::Standard);
    let ranges: Vec<_> = found.iter().filter(|found| found.code == Code::UnknownApi).map(|found| found.range).collect();
    assert_eq!(ranges, [Some((24, 4)), Some((24, 4))]);
}

#[test]
fn a_required_token_that_sdks_fill_in_is_left_out() {
    let job = |more: Value| {
        let mut request = json!({"AccountId": "1", "Operation": {}, "Report": {"Enabled": false}, "Priority": 1, "RoleArn": "arn:aws:iam::1:role/r"});
        request.as_object_mut().unwrap().append(&mut more.as_object().unwrap().clone());
        call("aws-sdk:s3control:createJob", request)
    };
    expect(&[
        (job(json!({})), &[(Code::LeftOutToken, "/States/S/Parameters")]),
        (job(json!({"ClientRequestToken": "t"})), &[]),
        (job(json!({"ClientRequestToken.$": "States.UUID()"})), &[]),
        (job(json!({"${Token}": "t"})), &[]),
        // An optimised integration; a token that is not required.
        (call("emr-serverless:createApplication", json!({"ReleaseLabel": "emr-7.0.0", "Type": "SPARK"})), &[]),
        (call("aws-sdk:ec2:runInstances", json!({"MinCount": 1, "MaxCount": 1})), &[]),
    ]);
    let found = check_definition(&job(json!({})), MachineType::Standard);
    let help = found[0].help().unwrap();
    assert!(help.contains("write `\"ClientRequestToken.$\": \"$$.Execution.Name\"`"), "{help}");
}
