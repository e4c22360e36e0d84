//! Tests the server with requests that no SDK sends.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use workflow_local::{Answers, Clock, MemoryStore, MockFile, ObjectStore};
use workflow_server::Server;

use crate::client::workflows::serve;

/// Sends one request and reads the answer: its status and its body as JSON, `Null` if there is none.
pub(crate) async fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    // The server may have answered and closed before it has read everything.
    let _ = stream.write_all(body).await;
    read_answer(&mut stream).await
}

pub(crate) async fn read_answer(stream: &mut TcpStream) -> (u16, Value) {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

pub(crate) async fn call(server: &Server, operation: &str, body: &[u8]) -> (u16, Value) {
    let target = format!("AWSStepFunctions.{operation}");
    send(server.local_addr(), "POST", "/", &[("X-Amz-Target", &target)], body).await
}

pub(crate) fn code(answer: &(u16, Value)) -> (u16, &str) {
    (answer.0, answer.1["__type"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn malformed_requests_get_an_error_in_awss_shape_and_the_server_goes_on() {
    let server = serve(Server::builder()).await;
    let address = server.local_addr();
    let answer = call(&server, "ListStateMachines", b"{not json").await;
    assert_eq!(code(&answer), (400, "SerializationException"));
    assert!(answer.1["message"].as_str().unwrap().contains("not JSON"));
    for body in [&b"[1, 2]"[..], b"\"text\"", b"\xff\xfe", &[b'['; 100_000]] {
        assert_eq!(code(&call(&server, "ListStateMachines", body).await), (400, "SerializationException"));
    }
    let answer = call(&server, "DescribeExecution", br#"{"executionArn": 7}"#).await;
    assert_eq!(code(&answer), (400, "SerializationException"));
    let answer = call(&server, "DescribeExecution", b"{}").await;
    assert_eq!(code(&answer), (400, "ValidationException"));
    assert_eq!(
        answer.1["message"],
        "1 validation error detected: Value null at 'executionArn' failed to satisfy constraint: Member must not be null"
    );
    assert_eq!(code(&call(&server, "FlyToTheMoon", b"{}").await), (400, "UnknownOperationException"));
    let answer = send(address, "POST", "/", &[], b"{}").await;
    assert_eq!(code(&answer), (400, "UnknownOperationException"));
    let answer = send(address, "POST", "/", &[("X-Amz-Target", "DynamoDB_20120810.ListTables")], b"{}").await;
    assert_eq!(code(&answer), (400, "UnknownOperationException"));
    for (method, path) in [("GET", "/"), ("POST", "/elsewhere"), ("DELETE", "/")] {
        assert_eq!(code(&send(address, method, path, &[], b"").await), (404, "UnknownOperationException"));
    }

    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"this is not HTTP\r\n\r\n").await.unwrap();
    assert_eq!(read_answer(&mut stream).await.0, 400);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf").await.unwrap();
    drop(stream);

    assert_eq!(call(&server, "ListStateMachines", b"{}").await, (200, json!({"stateMachines": []})));
}

#[tokio::test]
async fn oversize_requests_are_refused() {
    let server = serve(Server::builder()).await;
    let body = format!(r#"{{"name": "{}"}}"#, "x".repeat(5 * 1024 * 1024));
    let answer = call(&server, "CreateStateMachine", body.as_bytes()).await;
    assert_eq!(answer.0, 413);

    let definition = format!(r#"{{"Comment": "{}"}}"#, "x".repeat(1_048_576));
    let body = json!({"name": "Big", "definition": definition, "roleArn": "arn:aws:iam::123456789012:role/r"});
    let answer = call(&server, "CreateStateMachine", body.to_string().as_bytes()).await;
    assert_eq!(code(&answer), (400, "ValidationException"));
    assert_eq!(
        answer.1["message"],
        "1 validation error detected: Value at 'definition' failed to satisfy constraint: Member must have length less than or equal to 1048576"
    );
    assert_eq!(call(&server, "ListStateMachines", b"").await.0, 200);
}

pub(crate) async fn create(server: &Server, definition: &str) -> (u16, Value) {
    let body = json!({"name": "M", "definition": definition, "roleArn": "arn:aws:iam::123456789012:role/r"});
    call(server, "CreateStateMachine", body.to_string().as_bytes()).await
}

#[tokio::test]
async fn definitions_and_inputs_are_refused_in_awss_words() {
    let server = serve(Server::builder()).await;
    for (definition, message) in [
        (
            "",
            "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null'",
        ),
        (
            "[]",
            "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null'",
        ),
        (
            "{bad}",
            "Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: Unexpected character ('b' (code 98)): was expecting double-quote to start field name\n at [Source: (String)\"{bad}\"; line: 1, column: 2] at [Source: (String)\"{bad}\"; line: 1, column: 2]'",
        ),
        (
            "not",
            "Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at [Source: (String)\"not\"; line: 1, column: 4] at [Source: (String)\"not\"; line: 1, column: 4]'",
        ),
    ] {
        let answer = create(&server, definition).await;
        assert_eq!(code(&answer), (400, "InvalidDefinition"));
        assert_eq!(answer.1["message"], message);
    }
    let deep = format!("{}{}", r#"{"States":"#.repeat(5_000), "}".repeat(5_000));
    assert_eq!(code(&create(&server, &deep).await), (400, "InvalidDefinition"));

    let (status, created) = create(&server, r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#).await;
    assert_eq!(status, 200, "{created}");
    let start = async |input: &str| {
        let body = json!({"stateMachineArn": created["stateMachineArn"], "input": input});
        call(&server, "StartExecution", body.to_string().as_bytes()).await
    };
    for (input, message) in [
        ("", "Invalid State Machine Execution Input: 'Invalid execution input.'"),
        (
            "not",
            "Invalid State Machine Execution Input: 'Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')'",
        ),
        (
            "{bad}",
            "Invalid State Machine Execution Input: 'Unexpected character ('b' (code 98)): was expecting double-quote to start field name'",
        ),
    ] {
        let answer = start(input).await;
        assert_eq!(code(&answer), (400, "InvalidExecutionInput"));
        assert_eq!(answer.1["message"], message);
    }
    assert_eq!(code(&start(&json!("x".repeat(262_143)).to_string()).await), (400, "ValidationException"));
    // Any JSON value is an input, not only objects.
    assert_eq!(start("null").await.0, 200);
}

#[tokio::test]
async fn lists_have_pages_and_tokens_of_their_own() {
    let server = serve(Server::builder()).await;
    for n in 0..5 {
        let body = json!({
            "name": format!("M{n}"),
            "definition": r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#,
            "roleArn": "arn:aws:iam::123456789012:role/r",
        });
        assert_eq!(call(&server, "CreateStateMachine", body.to_string().as_bytes()).await.0, 200);
    }
    let (mut names, mut token) = (Vec::new(), None);
    loop {
        let mut body = json!({"maxResults": 2});
        if let Some(token) = token {
            body["nextToken"] = token;
        }
        let (status, page) = call(&server, "ListStateMachines", body.to_string().as_bytes()).await;
        assert_eq!(status, 200, "{page}");
        names.extend(page["stateMachines"].as_array().unwrap().iter().map(|machine| machine["name"].clone()));
        token = page.get("nextToken").cloned();
        if token.is_none() {
            break;
        }
    }
    assert_eq!(names, ["M0", "M1", "M2", "M3", "M4"]);
    let answer = call(&server, "ListStateMachines", br#"{"nextToken": "made up"}"#).await;
    assert_eq!(code(&answer), (400, "InvalidToken"));
    let answer = call(&server, "ListStateMachines", br#"{"maxResults": 1001}"#).await;
    assert_eq!(
        answer.1["message"],
        "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000"
    );
    // 0 is the default.
    assert_eq!(call(&server, "ListStateMachines", br#"{"maxResults": 0}"#).await.0, 200);
}

#[tokio::test]
async fn definitions_are_validated_without_creating_anything() {
    let server = serve(Server::builder()).await;
    let validate = async |definition: &str| {
        let body = json!({"definition": definition}).to_string();
        call(&server, "ValidateStateMachineDefinition", body.as_bytes()).await.1
    };
    let good = validate(r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#).await;
    assert_eq!(good, json!({"result": "OK", "diagnostics": [], "truncated": false}));
    let bad = validate(r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}}"#).await;
    assert_eq!(bad["result"], "FAIL");
    let codes: Vec<_> = bad["diagnostics"].as_array().unwrap().iter().map(|found| &found["code"]).collect();
    assert!(codes.contains(&&json!("MISSING_TRANSITION_TARGET")), "{bad}");
    assert_eq!(call(&server, "ListStateMachines", b"{}").await.1, json!({"stateMachines": []}));
}

#[tokio::test]
async fn an_update_changes_what_differs_and_a_refused_one_nothing() {
    let server = serve(Server::builder()).await;
    let first = r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#;
    let arn = create(&server, first).await.1["stateMachineArn"].clone();
    let update = async |members: Value| {
        let mut body = json!({"stateMachineArn": arn});
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        call(&server, "UpdateStateMachine", body.to_string().as_bytes()).await
    };
    let describe = async || {
        let body = json!({"stateMachineArn": arn}).to_string();
        call(&server, "DescribeStateMachine", body.as_bytes()).await.1
    };
    assert_eq!(code(&update(json!({})).await), (400, "MissingRequiredParameter"));
    let described_alone = update(json!({"definition": first, "versionDescription": "d"})).await;
    assert_eq!(code(&described_alone), (400, "ValidationException"));
    let (status, same) = update(json!({"definition": first})).await;
    assert_eq!((status, same.get("revisionId")), (200, None));

    let refused = update(json!({"definition": "{}", "roleArn": "arn:aws:iam::123456789012:role/new"})).await;
    assert_eq!(code(&refused), (400, "InvalidDefinition"));
    let described = describe().await;
    assert_eq!((&described["definition"], described["status"].as_str()), (&json!(first), Some("ACTIVE")));
    assert_eq!(described["roleArn"], "arn:aws:iam::123456789012:role/r");

    let second = r#"{"StartAt":"B","States":{"B":{"Type":"Succeed"}}}"#;
    let (status, changed) = update(json!({"definition": second})).await;
    assert_eq!(status, 200);
    assert!(changed["revisionId"].is_string());
    let described = describe().await;
    assert_eq!((&described["definition"], &described["revisionId"]), (&json!(second), &changed["revisionId"]));
}

#[tokio::test]
async fn executions_are_listed_newest_first_and_histories_read_either_way() {
    let server = serve(Server::builder()).await;
    let machine = create(&server, r#"{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":600,"End":true}}}"#).await.1;
    let arn = &machine["stateMachineArn"];
    let ask = async |operation: &str, body: Value| call(&server, operation, body.to_string().as_bytes()).await;
    let mut executions = Vec::new();
    for name in ["one", "two", "three"] {
        let (status, started) = ask("StartExecution", json!({"stateMachineArn": arn, "name": name})).await;
        assert_eq!(status, 200, "{started}");
        executions.push(started["executionArn"].clone());
    }
    assert_eq!(ask("StopExecution", json!({"executionArn": executions[1]})).await.0, 200);
    let names = async |filter: Option<&str>| {
        let (_, list) = ask("ListExecutions", json!({"stateMachineArn": arn, "statusFilter": filter})).await;
        list["executions"].as_array().unwrap().iter().map(|item| item["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(None).await, ["three", "two", "one"]);
    assert_eq!(names(Some("RUNNING")).await, ["three", "one"]);
    assert_eq!(names(Some("ABORTED")).await, ["two"]);
    let answer = ask("ListExecutions", json!({"stateMachineArn": arn, "statusFilter": "ASLEEP"})).await;
    assert_eq!(code(&answer), (400, "ValidationException"));

    let reversed = json!({"executionArn": executions[1], "reverseOrder": true, "includeExecutionData": false});
    let events = ask("GetExecutionHistory", reversed).await.1["events"].clone();
    let kinds: Vec<_> = events.as_array().unwrap().iter().map(|event| event["type"].clone()).collect();
    assert_eq!(kinds, ["ExecutionAborted", "WaitStateEntered", "ExecutionStarted"]);
    assert_eq!(events[1]["stateEnteredEventDetails"], json!({"name": "A"}));

    assert_eq!(ask("DeleteStateMachine", json!({"stateMachineArn": arn})).await, (200, json!({})));
    let answer = ask("StartExecution", json!({"stateMachineArn": arn})).await;
    assert_eq!(code(&answer), (400, "StateMachineDeleting"));
}

#[tokio::test]
async fn only_express_machines_answer_at_once_and_only_standard_ones_are_listed() {
    let server = serve(Server::builder()).await;
    let ask = async |operation: &str, body: Value| call(&server, operation, body.to_string().as_bytes()).await;
    let machine = async |name: &str, kind: &str| {
        let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#;
        let role = "arn:aws:iam::123456789012:role/r";
        let body = json!({"name": name, "definition": definition, "roleArn": role, "type": kind});
        ask("CreateStateMachine", body).await.1["stateMachineArn"].clone()
    };
    let (standard, express) = (machine("S", "STANDARD").await, machine("E", "EXPRESS").await);
    let refused = (400, "StateMachineTypeNotSupported");
    assert_eq!(code(&ask("StartSyncExecution", json!({"stateMachineArn": standard})).await), refused);
    assert_eq!(code(&ask("ListExecutions", json!({"stateMachineArn": express})).await), refused);
    let (status, answer) = ask("StartSyncExecution", json!({"stateMachineArn": express, "input": "[1]"})).await;
    assert_eq!((status, answer["status"].as_str(), answer["output"].as_str()), (200, Some("SUCCEEDED"), Some("[1]")));
}

#[tokio::test]
async fn a_case_of_a_mock_file_is_named_behind_the_arn() {
    let file = json!({
        "StateMachines": { "Pay": { "TestCases": {
            "Paid": { "Charge": "Paid" }, "BusyOnce": { "Charge": "BusyOnce" }, "Typo": { "Chrage": "Paid" }
        } } },
        "MockedResponses": {
            "Paid": { "0": { "Return": { "paid": 1 } } },
            "BusyOnce": { "0": { "Throw": { "Error": "Busy", "Cause": "later" } }, "1": { "Return": { "paid": 2 } } }
        }
    });
    let parse = |file: &Value| MockFile::parse(&file.to_string()).unwrap();
    let machine = async |server: &Server, kind: &str| {
        let definition = json!({ "StartAt": "Charge", "States": { "Charge": {
            "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge",
            "Retry": [{ "ErrorEquals": ["Busy"] }], "End": true
        } } });
        let role = "arn:aws:iam::123456789012:role/r";
        let body = json!({"name": "Pay", "definition": definition.to_string(), "roleArn": role, "type": kind});
        let created = call(server, "CreateStateMachine", body.to_string().as_bytes()).await.1;
        created["stateMachineArn"].as_str().unwrap().to_owned()
    };
    let start = async |server: &Server, arn: &str, case: &str| {
        let body = json!({ "stateMachineArn": format!("{arn}{case}") }).to_string();
        call(server, "StartSyncExecution", body.as_bytes()).await
    };
    let output = |answer: &(u16, Value)| answer.1["output"].as_str().map(str::to_owned);
    let builder = || Server::builder().clock(Clock::Virtual).on_lambda("charge", |_: Value| Ok("real"));

    let wrong = serve(builder().mocks(parse(&file))).await;
    let arn = machine(&wrong, "EXPRESS").await;
    let answer = start(&wrong, &arn, "#Paid").await;
    assert_eq!(code(&answer), (400, "ValidationException"));
    let message = answer.1["message"].as_str().unwrap();
    assert!(message.contains("no state `Chrage`") && message.contains("did you mean `Charge`?"), "{message}");

    let mut file = file;
    file["StateMachines"]["Pay"]["TestCases"].as_object_mut().unwrap().shift_remove("Typo");
    let server = serve(builder().mocks(parse(&file))).await;
    let arn = machine(&server, "EXPRESS").await;
    assert_eq!(output(&start(&server, &arn, "#Paid").await).as_deref(), Some(r#"{"paid":1}"#));
    // Each execution has the test case's answers from the first on.
    for _ in 0..2 {
        assert_eq!(output(&start(&server, &arn, "#BusyOnce").await).as_deref(), Some(r#"{"paid":2}"#));
    }
    assert_eq!(output(&start(&server, &arn, "").await).as_deref(), Some(r#""real""#));
    let answer = start(&server, &arn, "#BusyTwice").await;
    assert!(answer.1["message"].as_str().unwrap().contains("did you mean `BusyOnce`?"), "{answer:?}");

    // An asynchronous execution has the test case too, and the plain ARN of its machine.
    let server = serve(builder().mocks(parse(&file))).await;
    let arn = machine(&server, "STANDARD").await;
    let body = json!({ "stateMachineArn": format!("{arn}#Paid") }).to_string();
    let (status, started) = call(&server, "StartExecution", body.as_bytes()).await;
    assert_eq!(status, 200, "{started}");
    let body = json!({ "executionArn": started["executionArn"] }).to_string();
    let described = loop {
        let described = call(&server, "DescribeExecution", body.as_bytes()).await.1;
        if described["status"] != "RUNNING" {
            break described;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((&described["output"], &described["stateMachineArn"]), (&json!(r#"{"paid":1}"#), &json!(arn)));

    // Without a mock file, such an ARN is unknown.
    let plain = serve(builder()).await;
    let arn = machine(&plain, "EXPRESS").await;
    assert_eq!(code(&start(&plain, &arn, "#Paid").await), (400, "StateMachineDoesNotExist"));
}

#[tokio::test]
async fn objects_and_answers_are_given_to_a_server_and_time_goes_by_the_executions_clock() {
    let store = MemoryStore::new();
    store.put("stock", "items.json", b"[1, 2]".to_vec()).unwrap();
    let builder = Server::builder()
        .clock(Clock::Virtual)
        .object_store(Arc::new(store))
        .on_state("Double", |item: u64| Ok(item * 2))
        .on_resource_answers(
            "arn:aws:states:::sqs:sendMessage",
            Answers::new().gives(1, "yes").after(Duration::from_secs(500)).heartbeats(Duration::from_secs(50), 9),
        )
        .on_lambda_answers("late", Answers::new().never(1));
    let server = serve(builder).await;
    let definition = json!({ "StartAt": "Each", "States": {
        "Each": {
            "Type": "Map", "ResultPath": "$.doubled",
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": { "InputType": "JSON" },
                "Parameters": { "Bucket": "stock", "Key": "items.json" }
            },
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" }, "StartAt": "Double",
                "States": { "Double": {
                    "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:double", "End": true
                } }
            },
            "Next": "Ask"
        },
        "Ask": {
            "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "HeartbeatSeconds": 60,
            "Parameters": { "QueueUrl": "q", "MessageBody.$": "$$.Task.Token" }, "ResultPath": "$.answer", "Next": "Late"
        },
        "Late": {
            "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:late", "TimeoutSeconds": 600,
            "Catch": [{ "ErrorEquals": ["States.Timeout"], "ResultPath": "$.late", "Next": "Done" }], "End": true
        },
        "Done": { "Type": "Pass", "Result": true, "ResultPath": "$.late", "End": true }
    } });
    let (_, machine) = create(&server, &definition.to_string()).await;
    let body = json!({ "stateMachineArn": machine["stateMachineArn"], "input": "{}" });
    let (_, started) = call(&server, "StartExecution", body.to_string().as_bytes()).await;
    let body = json!({ "executionArn": started["executionArn"] }).to_string();
    let ended = loop {
        let (_, description) = call(&server, "DescribeExecution", body.as_bytes()).await;
        if description["status"] != "RUNNING" {
            break description;
        }
    };
    assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
    let output: Value = serde_json::from_str(ended["output"].as_str().unwrap()).unwrap();
    assert_eq!(output, json!({ "doubled": [2, 4], "answer": "yes", "late": true }));
    let lasted = ended["stopDate"].as_f64().unwrap() - ended["startDate"].as_f64().unwrap();
    assert!((lasted - 1_100.0).abs() < 1.0, "{lasted}");
}

#[tokio::test]
async fn machines_have_tags() {
    let server = serve(Server::builder()).await;
    let ask = async |operation: &str, body: Value| call(&server, operation, body.to_string().as_bytes()).await;
    let machine = async |name: &str, tags: Value| {
        let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#;
        let role = "arn:aws:iam::123456789012:role/r";
        let body = json!({"name": name, "definition": definition, "roleArn": role, "tags": tags});
        ask("CreateStateMachine", body).await
    };
    let (_, created) = machine("Tagged", json!([{"key": "team", "value": "a"}, {"key": "empty", "value": ""}])).await;
    let arn = &created["stateMachineArn"];
    let list = async || ask("ListTagsForResource", json!({"resourceArn": arn})).await.1["tags"].clone();
    assert_eq!(list().await, json!([{"key": "team", "value": "a"}, {"key": "empty", "value": ""}]));

    let tag = async |tags: Value| ask("TagResource", json!({"resourceArn": arn, "tags": tags})).await;
    assert_eq!(tag(json!([{"key": "team", "value": "b"}, {"key": "new"}])).await, (200, json!({})));
    let untagged = ask("UntagResource", json!({"resourceArn": arn, "tagKeys": ["empty", "unknown"]})).await;
    assert_eq!(untagged, (200, json!({})));
    assert_eq!(list().await, json!([{"key": "team", "value": "b"}, {"key": "new", "value": ""}]));
    // The same machine again has its previous tags.
    assert_eq!(machine("Tagged", json!([{"key": "other", "value": "c"}])).await.0, 200);
    assert_eq!(list().await, json!([{"key": "team", "value": "b"}, {"key": "new", "value": ""}]));

    let many = |count: usize| (0..count).map(|n| json!({"key": format!("k{n}"), "value": ""})).collect::<Value>();
    assert_eq!(code(&tag(many(49)).await), (400, "TooManyTags"));
    assert_eq!(tag(many(48)).await.0, 200);
    assert_eq!(code(&machine("Many", many(51)).await), (400, "TooManyTags"));
    for (wrong, expected) in [
        (json!([{"key": "", "value": ""}]), "ValidationException"),
        (json!([{"key": "k".repeat(129), "value": ""}]), "ValidationException"),
        (json!([{"key": "k", "value": "v".repeat(257)}]), "ValidationException"),
        (json!([{"key": "aws:k", "value": ""}]), "ValidationException"),
        (json!("k"), "SerializationException"),
        (json!(["k"]), "SerializationException"),
    ] {
        assert_eq!(code(&tag(wrong.clone()).await), (400, expected), "{wrong}");
    }
    assert_eq!(list().await.as_array().unwrap().len(), 50);
    for (unknown, expected) in [
        ("arn:aws:states:us-east-1:123456789012:stateMachine:Unknown", "ResourceNotFound"),
        ("arn:aws:s3:::bucket", "InvalidArn"),
    ] {
        for operation in ["TagResource", "UntagResource", "ListTagsForResource"] {
            let body = json!({"resourceArn": unknown, "tags": [], "tagKeys": []});
            assert_eq!(code(&ask(operation, body).await), (400, expected));
        }
    }
}

/// Returns an address that nothing listens at. No other socket gets its port while the socket is kept.
pub(crate) fn closed() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}
