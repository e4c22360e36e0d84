//! Tests the rules on task states.

use super::*;

#[test]
fn tasks() {
    let call = "arn:aws:states:::lambda:invoke";
    expect(&[
        (task(json!({"Resource": "my-function"})), &[(Code::BadResource, "/States/S/Resource")]),
        (task(json!({"Resource": "arn:aws:sqs:us-east-1:1:queue"})), &[(Code::BadResource, "/States/S/Resource")]),
        (task(json!({"Resource": call})), &[(Code::MissingField, "/States/S")]),
        (jsonata(task(json!({"Resource": call}))), &[(Code::MissingField, "/States/S")]),
        (task(json!({"Credentials": {"Role": "x"}})), &[(Code::MissingField, "/States/S/Credentials")]),
        (
            task(
                json!({"Resource": "arn:aws:states:us-east-1:1:activity:a", "Credentials": {"RoleArn": "arn:aws:iam::123456789012:role/x"}}),
            ),
            &[(Code::UnknownField, "/States/S/Credentials")],
        ),
        (task(json!({"TimeoutSeconds": 0})), &[(Code::NumberOutOfRange, "/States/S/TimeoutSeconds")]),
        (
            task(json!({"TimeoutSeconds": 5, "HeartbeatSeconds": 5})),
            &[(Code::HeartbeatNotShorter, "/States/S/HeartbeatSeconds")],
        ),
        (
            task(json!({"TimeoutSeconds": 5, "HeartbeatSeconds": 9})),
            &[(Code::HeartbeatNotShorter, "/States/S/HeartbeatSeconds")],
        ),
    ]);
}

#[test]
fn waits_for_a_token_that_may_never_end() {
    let wait = |fields: Value| {
        let mut definition = task(json!({"Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}}));
        for (key, value) in fields.as_object().unwrap() {
            definition["States"]["S"][key] = value.clone();
        }
        definition
    };
    let mut limited = wait(json!({}));
    limited["TimeoutSeconds"] = 3600.into();
    expect(&[
        (wait(json!({})), &[(Code::EndlessWait, "/States/S/Resource")]),
        (wait(json!({"TimeoutSeconds": 60})), &[]),
        (wait(json!({"TimeoutSecondsPath": "$.t"})), &[]),
        (wait(json!({"HeartbeatSeconds": 60})), &[]),
        (wait(json!({"HeartbeatSeconds": "${Seconds}"})), &[]),
        (limited, &[]),
    ]);
    let found = check_definition(&wait(json!({})), MachineType::Standard);
    let (start, length) = found.first().and_then(|found| found.range).unwrap();
    assert_eq!(&"arn:aws:states:::sqs:sendMessage.waitForTaskToken"[start..start + length], "waitForTaskToken");
}

#[test]
fn express_machines() {
    let express = |definition: Value| found(&definition, MachineType::Express);
    let resource = |resource: &str| task(json!({"Resource": resource, "Parameters": {}}));
    let refused = [(Code::ExpressRestriction, "/States/S/Resource".to_owned())];
    assert_eq!(express(resource("arn:aws:states:::aws-sdk:ecs:listTasks")), []);
    let asks = |name: &str, request: Value| {
        task(json!({"Resource": format!("arn:aws:states:::{name}"), "Parameters": request}))
    };
    assert_eq!(express(asks("ecs:runTask.sync", json!({"TaskDefinition": "t"}))), refused);
    let message = json!({"QueueUrl": "q", "MessageBody": "m"});
    assert_eq!(express(asks("sqs:sendMessage.waitForTaskToken", message)), refused);
    assert_eq!(express(resource("arn:aws:states:us-east-1:1:activity:a")), refused);
    let mode = "/States/S/ItemProcessor/ProcessorConfig/Mode".to_owned();
    assert_eq!(express(distributed(json!({}))), [(Code::ExpressRestriction, mode)]);
    // The children of a distributed map may be Express executions.
    let mut definition = distributed(json!({}));
    let processor = &mut definition["States"]["S"]["ItemProcessor"];
    processor["ProcessorConfig"]["ExecutionType"] = "EXPRESS".into();
    processor["States"]["I"] = asks("ecs:runTask.sync", json!({"TaskDefinition": "t"}))["States"]["S"].clone();
    let at = "/States/S/ItemProcessor/States/I/Resource".to_owned();
    assert_eq!(found(&definition, MachineType::Standard), [(Code::ExpressRestriction, at)]);
}

#[test]
fn integrations() {
    let call = |resource: &str, request: Value| {
        task(json!({"Resource": format!("arn:aws:states:::{resource}"), "Parameters": request, "TimeoutSeconds": 60}))
    };
    let (resource, request) = ("/States/S/Resource", "/States/S/Parameters");
    let queue = json!({"QueueUrl": "q", "MessageBody.$": "$"});
    let token = json!({"FunctionName": "f", "Payload": {"deep": [{"t.$": "$$.Task.Token"}]}});
    expect(&[
        (call("sqs:sendMessage", queue.clone()), &[]),
        (
            call("sqs:sendMessage", json!({"QueueURL": "q", "MessageBody": "m"})),
            &[(Code::UnknownParameter, "/States/S/Parameters/QueueURL")],
        ),
        (call("sqs:sendMessage", json!({"MessageBody": "m"})), &[(Code::MissingParameter, request)]),
        (call("states:startExecution", json!({})), &[(Code::LeftOutParameter, request)]),
        (call("lambda:invoke", json!({"${Key}": 1})), &[]),
        (call("lambda:invoke.sync", json!({"FunctionName": "f"})), &[(Code::BadResource, resource)]),
        (call("glue:startJobRun.sync:2", json!({"JobName": "j"})), &[(Code::BadResource, resource)]),
        (
            call("dynamodb:getItem.waitForTaskToken", json!({"TableName": "t", "Key.$": "$$.Task.Token"})),
            &[(Code::BadResource, resource)],
        ),
        (call("aws-sdk:s3:getObject.sync", json!({"Bucket": "b", "Key": "k"})), &[(Code::BadResource, resource)]),
        (call("aws-sdk:s3:GetObject", json!({"Bucket": "b"})), &[(Code::BadResource, resource)]),
        (call("lambda:invoke.waitForTaskToken", token), &[]),
        (call("lambda:invoke.waitForTaskToken", json!({"FunctionName": "f", "Payload.$": "$$"})), &[]),
        (call("lambda:invoke.waitForTaskToken", json!({"FunctionName": "${F}", "Payload.$": "$.${P}"})), &[]),
        // What is filled in at deployment is a constant.
        (
            call("lambda:invoke.waitForTaskToken", json!({"FunctionName": "${F}", "Payload": {"a": 1}})),
            &[(Code::TokenNotSent, request)],
        ),
        (call("sqs:sendMessage.waitForTaskToken", queue), &[(Code::TokenNotSent, request)]),
        (
            call("lambda:invoke.waitForTaskToken", json!({"FunctionName": "f", "Payload.$": "$$.Execution.Id"})),
            &[(Code::TokenNotSent, request)],
        ),
        (
            jsonata(task(json!({"Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 60,
                "Arguments": {"FunctionName": "f", "Payload": "{% $states.context.Task.Token %}"}}))),
            &[],
        ),
        (
            jsonata(task(json!({"Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 60,
                "Arguments": {"FunctionName": "f", "Payload": "{% $states.input %}"}}))),
            &[(Code::TokenNotSent, "/States/S/Arguments")],
        ),
    ]);
}
