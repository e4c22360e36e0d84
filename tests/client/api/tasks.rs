//! Tests tasks that the server answers itself: calls of Step Functions, and Lambda functions at an endpoint.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use workflow_server::Server;

use super::{Api, ROLE, one, pass, text};

fn start(pattern: &str, machine: &str, more: Value) -> Value {
    let mut parameters = json!({"StateMachineArn": machine, "Input": {"n.$": "$.n"}});
    parameters.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    one(json!({
        "Type": "Task", "Resource": format!("arn:aws:states:::states:startExecution{pattern}"), "Parameters": parameters, "End": true,
    }))
}

#[tokio::test]
async fn a_task_starts_another_state_machine_in_every_form() {
    let api = Api::new().await;
    let child = api.machine("Child", &pass()).await;
    for (pattern, output) in [(".sync:2", json!({"n": 1})), (".sync", json!("{\"n\":1}"))] {
        let parent = api.machine(&format!("Parent{}", pattern.len()), &start(pattern, &child, json!({}))).await;
        let execution = api.start(&parent, &json!({"n": 1})).await;
        let described = api.ended(&execution).await;
        let result: Value = serde_json::from_str(&text(&described["output"])).unwrap();
        let input = if pattern == ".sync" { json!("{\"n\":1}") } else { json!({"n": 1}) };
        assert_eq!(result["Input"], input);
        assert_eq!((&result["Output"], &result["Status"]), (&output, &json!("SUCCEEDED")), "{pattern}");
        assert!(api.events(&execution).await.contains(&"TaskSubmitted".to_owned()));
    }
    let parent = api.machine("Starts", &start("", &child, json!({"Name": "named"}))).await;
    let described = api.ended(&api.start(&parent, &json!({"n": 2})).await).await;
    let result: Value = serde_json::from_str(&text(&described["output"])).unwrap();
    assert!(text(&result["ExecutionArn"]).ends_with(":execution:Child:named"), "{result}");
    assert_eq!(api.ended(&text(&result["ExecutionArn"])).await["output"], "{\"n\":2}");

    // A name that was already used, and a state machine that does not exist.
    let described = api.ended(&api.start(&parent, &json!({"n": 2})).await).await;
    assert_eq!(described["error"], "StepFunctions.ExecutionAlreadyExistsException");
    let parent = api.machine("Lost", &start(".sync:2", &format!("{child}Lost"), json!({}))).await;
    let described = api.ended(&api.start(&parent, &json!({"n": 2})).await).await;
    assert_eq!(described["error"], "StepFunctions.StateMachineDoesNotExistException");
    assert!(text(&described["cause"]).starts_with("State Machine Does Not Exist: '"), "{described}");
}

#[tokio::test]
async fn a_child_that_fails_fails_its_parent_and_one_whose_parent_is_stopped_stops() {
    let api = Api::new().await;
    let child = api.machine("Fails", &one(json!({"Type": "Fail", "Error": "E"}))).await;
    let parent = api.machine("P1", &start(".sync:2", &child, json!({}))).await;
    let described = api.ended(&api.start(&parent, &json!({"n": 1})).await).await;
    assert_eq!(described["error"], "States.TaskFailed");
    let cause: Value = serde_json::from_str(&text(&described["cause"])).unwrap();
    assert_eq!((&cause["Error"], &cause["Status"]), (&json!("E"), &json!("FAILED")));

    let child = api.machine("Waits", &one(json!({"Type": "Wait", "Seconds": 600, "End": true}))).await;
    let parent = api.machine("P2", &start(".sync:2", &child, json!({"Name": "c"}))).await;
    let execution = api.start(&parent, &json!({"n": 1})).await;
    api.event(&execution, "TaskSubmitted").await;
    api.ok("StopExecution", json!({"executionArn": execution})).await;
    let child = child.replace(":stateMachine:", ":execution:") + ":c";
    assert_eq!(api.ended(&child).await["status"], "ABORTED");
}

#[tokio::test]
async fn a_task_calls_the_api_through_the_sdk_integration() {
    let api = Api::new().await;
    let sdk = |action: &str, parameters: Value| {
        one(json!({
            "Type": "Task", "Resource": format!("arn:aws:states:::aws-sdk:sfn:{action}"), "Parameters": parameters, "End": true,
        }))
    };
    let express = json!({"name": "X", "definition": pass().to_string(), "roleArn": ROLE, "type": "EXPRESS"});
    let express = text(&api.ok("CreateStateMachine", express).await["stateMachineArn"]);
    let parent =
        api.machine("P1", &sdk("startSyncExecution", json!({"StateMachineArn": express, "Input.$": "$"}))).await;
    let described = api.ended(&api.start(&parent, &json!({"n": 1})).await).await;
    let result: Value = serde_json::from_str(&text(&described["output"])).unwrap();
    assert_eq!((&result["Status"], &result["Output"]), (&json!("SUCCEEDED"), &json!("{\"n\":1}")), "{described}");
    assert!(text(&result["StartDate"]).ends_with('Z'), "{result}");
    let parent = api.machine("P2", &sdk("describeExecution", json!({"ExecutionArn": "nonsense"}))).await;
    let described = api.ended(&api.start(&parent, &json!({})).await).await;
    assert_eq!(described["error"], "Sfn.InvalidArnException");
    assert!(
        text(&described["cause"])
            .starts_with("Invalid Arn: 'Invalid ARN prefix: nonsense' (Service: Sfn, Status Code: 400")
    );
}

#[tokio::test]
async fn a_child_sends_its_parents_token_back() {
    let api = Api::new().await;
    let child = api
        .machine(
            "Child",
            &one(json!({
                "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:sendTaskSuccess", "End": true,
                "Parameters": {"TaskToken.$": "$.token", "Output": {"sent": true}},
            })),
        )
        .await;
    let parent = api
        .machine("Parent", &start(".waitForTaskToken", &child, json!({"Input": {"token.$": "$$.Task.Token"}})))
        .await;
    let described = api.ended(&api.start(&parent, &json!({})).await).await;
    assert_eq!(described["output"], "{\"sent\":true}", "{described}");
}

/// The answer of a function: status, function error, body.
type FunctionAnswer<'a> = (u16, Option<&'a str>, &'a str);

/// Returns a Lambda endpoint with answers by function. It records its requests.
async fn lambda(answers: &[(&str, FunctionAnswer<'_>)]) -> (String, Arc<Mutex<Vec<String>>>) {
    let answers: BTreeMap<String, (u16, Option<String>, String)> = answers
        .iter()
        .map(|(name, (status, error, body))| {
            ((*name).to_owned(), (*status, error.map(str::to_owned), (*body).to_owned()))
        })
        .collect();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut bytes = vec![0; 64 * 1024];
            let mut length = 0;
            let request = loop {
                length += stream.read(&mut bytes[length..]).await.unwrap();
                let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
                let head = text.split_once("\r\n\r\n").map(|(head, body)| (head.to_lowercase(), body.len()));
                let told = |head: &str| {
                    head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse::<usize>().ok())
                };
                if head.is_some_and(|(head, body)| told(&head).unwrap_or(0) <= body) {
                    break text;
                }
            };
            let path = request.split(' ').nth(1).unwrap().to_owned();
            let function = path.split('/').nth(3).unwrap_or_default();
            seen.lock().unwrap().push(format!("{path} {}", request.split_once("\r\n\r\n").unwrap().1));
            let (status, error, body) = answers.get(function).cloned().unwrap_or((
                404,
                None,
                "{\"Message\":\"Function not found\"}".to_owned(),
            ));
            let error = error.map(|error| format!("X-Amz-Function-Error: {error}\r\n")).unwrap_or_default();
            let kind = if status == 404 { "X-Amzn-ErrorType: ResourceNotFoundException\r\n" } else { "" };
            let answer = format!(
                "HTTP/1.1 {status} X\r\n{error}{kind}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, asked)
}

#[tokio::test]
async fn lambda_functions_are_called_at_the_endpoint() {
    let (url, asked) = lambda(&[
        ("double", (200, None, "42")),
        ("broken", (200, Some("Unhandled"), "{\"errorType\":\"Broken\",\"errorMessage\":\"no\"}")),
    ])
    .await;
    let api = Api::with(Server::builder().lambda_endpoint(url).on_lambda("closure", |n: i64| Ok(n))).await;
    let task = |function: &str| {
        one(json!({
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
            "Parameters": {"FunctionName": function, "Payload.$": "$"},
        }))
    };
    let mut number = 0;
    let mut run = async |definition: Value| {
        number += 1;
        let machine = api.machine(&format!("M{number}"), &definition).await;
        api.ended(&api.start(&machine, &json!(21)).await).await
    };
    assert_eq!(
        run(task("double")).await["output"],
        "{\"ExecutedVersion\":\"$LATEST\",\"Payload\":42,\"StatusCode\":200}"
    );
    assert_eq!(asked.lock().unwrap().pop().unwrap(), "/2015-03-31/functions/double/invocations 21");
    let direct =
        one(json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:double", "End": true}));
    assert_eq!(run(direct).await["output"], "42");
    assert!(asked.lock().unwrap().pop().unwrap().starts_with("/2015-03-31/functions/double/invocations "));
    let mut qualified = task("double");
    qualified["States"]["A"]["Parameters"]["Qualifier"] = json!("7");
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:double:prod";
    let direct = one(json!({"Type": "Task", "Resource": arn, "End": true}));
    for (definition, qualifier) in [(direct, "prod"), (task("double:prod"), "prod"), (qualified, "7")] {
        run(definition).await;
        let path = format!("/2015-03-31/functions/double/invocations?Qualifier={qualifier} 21");
        assert_eq!(asked.lock().unwrap().pop().unwrap(), path);
    }
    let described = run(task("broken")).await;
    assert_eq!(
        (&described["error"], &described["cause"]),
        (&json!("Broken"), &json!("{\"errorType\":\"Broken\",\"errorMessage\":\"no\"}"))
    );
    assert_eq!(run(task("absent")).await["error"], "Lambda.ResourceNotFoundException");
    // A closure takes precedence over the endpoint.
    let before = asked.lock().unwrap().len();
    assert_eq!(
        run(task("closure")).await["output"],
        "{\"ExecutedVersion\":\"$LATEST\",\"Payload\":21,\"StatusCode\":200}"
    );
    assert_eq!(asked.lock().unwrap().len(), before);
}

#[tokio::test]
async fn a_function_that_nothing_answers_is_not_found() {
    let api = Api::new().await;
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:nowhere";
    let invoke = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": arn}, "End": true});
    let direct = json!({"Type": "Task", "Resource": arn, "End": true});
    for (name, state) in [("Invoke", invoke), ("Direct", direct)] {
        let machine = api.machine(name, &one(state)).await;
        let described = api.ended(&api.start(&machine, &json!({})).await).await;
        assert_eq!(described["error"], "Lambda.ResourceNotFoundException");
        let cause = described["cause"].as_str().unwrap();
        // What AWS says, and then how to answer it here.
        let aws = format!(
            "Function not found: {arn} (Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException)"
        );
        assert!(cause.starts_with(&aws) && cause.contains("--lambda-endpoint"), "{cause}");
    }
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_an_error_of_the_client() {
    let (_kept, closed) = crate::client::http::closed();
    let api = Api::with(Server::builder().lambda_endpoint(format!("http://{closed}"))).await;
    let machine = api
        .machine(
            "M",
            &one(json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": true})),
        )
        .await;
    assert_eq!(api.ended(&api.start(&machine, &json!({})).await).await["error"], "Lambda.SdkClientException");
    let refused = Server::builder().lambda_endpoint("ftp://localhost").bind("127.0.0.1:0").await.unwrap_err();
    assert!(refused.to_string().contains("must begin with http:// or https://"), "{refused}");
}

#[tokio::test]
async fn a_task_that_nothing_answers_says_what_to_do() {
    let api = Api::new().await;
    let machine = api.machine("M", &one(json!({
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"QueueUrl": "q", "MessageBody": "m"}, "End": true,
    }))).await;
    let described = api.ended(&api.start(&machine, &json!({})).await).await;
    let cause = text(&described["cause"]);
    assert!(
        cause.contains("the state A calls arn:aws:states:::sqs:sendMessage") && cause.contains("on_resource"),
        "{cause}"
    );
}

#[tokio::test]
async fn the_clock_is_turned_and_goes_faster() {
    let api = Api::new().await;
    let machine = api.machine("M", &one(json!({"Type": "Wait", "Seconds": 3600, "End": true}))).await;
    let execution = api.start(&machine, &json!({})).await;
    api.event(&execution, "WaitStateEntered").await;
    assert_eq!(api.describe(&execution).await["status"], "RUNNING");
    let (status, answer) =
        crate::client::http::send(api.0.local_addr(), "POST", "/clock", &[], b"{\"advanceSeconds\": 3600}").await;
    assert_eq!((status, &answer["status"]), (200, &json!("ok")));
    let described = api.ended(&execution).await;
    let seconds = described["stopDate"].as_f64().unwrap() - described["startDate"].as_f64().unwrap();
    assert!((3600.0..3700.0).contains(&seconds), "{described}");

    let api = Api::with(Server::builder().speed(1000.0)).await;
    let machine = api.machine("M", &one(json!({"Type": "Wait", "Seconds": 300, "End": true}))).await;
    let execution = api.start(&machine, &json!({})).await;
    tokio::time::timeout(Duration::from_secs(20), api.ended(&execution)).await.unwrap();
    assert!(Server::builder().speed(0.0).bind("127.0.0.1:0").await.is_err());
}

#[tokio::test]
async fn a_reset_leaves_what_the_server_was_given() {
    use workflow_local::MachineType;
    let api = Api::new().await;
    let own = api
        .0
        .put_state_machine(
            "Own",
            MachineType::Standard,
            &one(json!({"Type": "Wait", "Seconds": 600, "End": true})).to_string(),
        )
        .unwrap();
    api.machine("Other", &pass()).await;
    let activity = api.ok("CreateActivity", json!({"name": "A"})).await["activityArn"].clone();
    let execution = api.start(&own, &json!({})).await;
    let health = crate::client::http::send(api.0.local_addr(), "GET", "/health", &[], b"").await;
    assert_eq!((health.0, &health.1["status"]), (200, &json!("ok")));
    assert_eq!(crate::client::http::send(api.0.local_addr(), "POST", "/reset", &[], b"").await.0, 200);
    let list = api.ok("ListStateMachines", json!({})).await;
    assert_eq!(list["stateMachines"].as_array().unwrap().len(), 1);
    assert_eq!(list["stateMachines"][0]["stateMachineArn"], json!(own));
    assert_eq!(api.refused("DescribeExecution", json!({"executionArn": execution})).await.1, "ExecutionDoesNotExist");
    assert_eq!(api.refused("DescribeActivity", json!({"activityArn": activity})).await.1, "ActivityDoesNotExist");

    // A new definition is a new revision, the same one is not, and an invalid one changes nothing.
    let describe = async || api.ok("DescribeStateMachine", json!({"stateMachineArn": own})).await;
    api.0.put_state_machine("Own", MachineType::Standard, &text(&describe().await["definition"])).unwrap();
    assert_eq!(describe().await["revisionId"], Value::Null);
    api.0.put_state_machine("Own", MachineType::Standard, &pass().to_string()).unwrap();
    let described = describe().await;
    assert!(described["revisionId"].is_string());
    let refused = api.0.put_state_machine("Own", MachineType::Standard, "{}").unwrap_err();
    assert_eq!(refused.code(), "InvalidDefinition");
    assert_eq!(describe().await, described);
    api.0.put_state_machine("Own", MachineType::Express, &pass().to_string()).unwrap();
    assert_eq!(describe().await["type"], "EXPRESS");
}
