//! Tests events of executions' status, and logs of Express executions.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use workflow_local::MachineType;
use workflow_server::Server;

use super::{Api, ROLE, one, pass, text};

/// A receiver of events that fails once, on the first one.
async fn receiver() -> (String, Arc<Mutex<Vec<Value>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/events", listener.local_addr().unwrap());
    let taken = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&taken);
    tokio::spawn(async move {
        let mut refuses = true;
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            let mut bytes = [0; 4096];
            let body = loop {
                let read = stream.read(&mut bytes).await.unwrap();
                request.extend_from_slice(&bytes[..read]);
                let text = String::from_utf8_lossy(&request).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length = head.to_lowercase();
                let length = length.split("content-length: ").nth(1).unwrap().lines().next().unwrap().to_owned();
                if body.len() >= length.parse().unwrap() {
                    break body.to_owned();
                }
            };
            let status = if std::mem::take(&mut refuses) { 503 } else { 200 };
            if status == 200 {
                seen.lock().unwrap().push(serde_json::from_str(&body).unwrap());
            }
            let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, taken)
}

#[tokio::test]
async fn changes_of_status_are_events() {
    let (url, taken) = receiver().await;
    let api = Api::with(Server::builder().events(url)).await;
    let machine = api.machine("M", &one(json!({"Type": "Fail", "Error": "E", "Cause": "c"}))).await;
    let execution = api.start(&machine, &json!({"n": 1})).await;
    api.ended(&execution).await;
    api.ok("RedriveExecution", json!({"executionArn": execution})).await;
    // Express executions have none.
    let express = json!({"name": "X", "definition": pass().to_string(), "roleArn": ROLE, "type": "EXPRESS"});
    let express = text(&api.ok("CreateStateMachine", express).await["stateMachineArn"]);
    api.ok("StartSyncExecution", json!({"stateMachineArn": express})).await;
    for _ in 0..1000 {
        if taken.lock().unwrap().len() >= 4 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let taken = taken.lock().unwrap().clone();
    let statuses: Vec<_> =
        taken.iter().map(|event| (&event["detail"]["status"], &event["detail"]["redriveCount"])).collect();
    let wanted = [("RUNNING", 0), ("FAILED", 0), ("RUNNING", 1), ("FAILED", 1)]
        .map(|(status, count)| (json!(status), json!(count)));
    assert_eq!(statuses, wanted.iter().map(|(status, count)| (status, count)).collect::<Vec<_>>());
    let first = &taken[0];
    assert_eq!(first["detail-type"], "Step Functions Execution Status Change");
    assert_eq!(
        (&first["source"], &first["account"], &first["region"]),
        (&json!("aws.states"), &json!("123456789012"), &json!("us-east-1"))
    );
    assert_eq!(first["resources"], json!([execution]));
    let detail = &first["detail"];
    assert_eq!(
        (&detail["input"], &detail["stopDate"], &detail["output"]),
        (&json!("{\"n\":1}"), &Value::Null, &Value::Null)
    );
    assert_eq!(detail["redriveStatusReason"], "Execution is RUNNING and cannot be redriven");
    let detail = &taken[1]["detail"];
    assert_eq!(
        (&detail["error"], &detail["cause"], &detail["redriveStatus"]),
        (&json!("E"), &json!("c"), &json!("REDRIVABLE"))
    );
    assert!(detail["stopDate"].as_u64() >= detail["startDate"].as_u64() && detail["startDate"].is_u64(), "{detail}");
}

/// A file in memory.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn express_executions_are_logged() {
    let lines = Lines::default();
    let api = Api::with(Server::builder().express_logs(lines.clone())).await;
    let group = "arn:aws:logs:us-east-1:123456789012:log-group:x:*";
    let create = async |name: &str, state: Value, logging: Value| {
        let body = json!({
            "name": name, "definition": one(state).to_string(), "roleArn": ROLE, "type": "EXPRESS", "loggingConfiguration": logging,
        });
        let machine = text(&api.ok("CreateStateMachine", body).await["stateMachineArn"]);
        text(&api.ok("StartSyncExecution", json!({"stateMachineArn": machine, "input": "7"})).await["executionArn"])
    };
    let silent = create("Silent", json!({"Type": "Pass", "End": true}), json!({"level": "OFF"})).await;
    let put = api.0.put_state_machine("Whole", MachineType::Express, &pass().to_string()).unwrap();
    let whole = api.ok("StartSyncExecution", json!({"stateMachineArn": put, "input": "7"})).await;
    let whole = text(&whole["executionArn"]);
    let described = api.ok("DescribeStateMachine", json!({"stateMachineArn": put})).await;
    assert_eq!(described["loggingConfiguration"]["level"], "ALL");
    let destinations = json!([{"cloudWatchLogsLogGroup": {"logGroupArn": group}}]);
    let errors = json!({"level": "ERROR", "includeExecutionData": false, "destinations": destinations});
    let failed = create("Errors", json!({"Type": "Fail", "Error": "E"}), errors).await;
    let read = || {
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
    };
    for _ in 0..1000 {
        if read().len() >= 6 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let lines = read();
    let of = |arn: &str| lines.iter().filter(|line| line["execution_arn"] == arn).collect::<Vec<_>>();
    let types = |lines: &[&Value]| lines.iter().map(|line| text(&line["type"])).collect::<Vec<_>>();
    assert_eq!(types(&of(&whole)), ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]);
    let second = of(&whole)[1];
    assert_eq!(
        (&second["id"], &second["previous_event_id"], &second["redrive_count"]),
        (&json!("2"), &json!("0"), &json!("0"))
    );
    assert_eq!((&second["details"]["name"], &second["details"]["input"]), (&json!("A"), &json!("7")));
    assert!(text(&second["event_timestamp"]).parse::<u64>().is_ok());
    assert_eq!(of(&silent), [] as [&Value; 0]);
    assert_eq!(types(&of(&failed)), ["FailStateEntered", "ExecutionFailed"]);
    assert_eq!(of(&failed)[1]["details"], json!({}));
}
