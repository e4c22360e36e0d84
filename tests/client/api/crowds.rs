//! Tests large numbers: executions, connections, loops, and ended executions.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use workflow_server::{Limits, Retention, Server};

use super::{Api, one, pass, text};

fn endless() -> Value {
    json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "B"},
        "B": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericLessThan": 0, "Next": "End"}], "Default": "A"},
        "End": {"Type": "Succeed"},
    }})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_executions_run_at_once() {
    let slow = |n: Value| async move {
        tokio::time::sleep(Duration::from_millis(200)).await;
        Ok(n)
    };
    let api = Api::with(Server::builder().on_lambda_async("slow", slow)).await;
    let machine = api
        .machine(
            "M",
            &one(
                json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:slow", "End": true}),
            ),
        )
        .await;
    let mut executions = Vec::new();
    for n in 0..1000 {
        executions.push(api.start(&machine, &json!(n)).await);
    }
    for (n, execution) in executions.iter().enumerate() {
        assert_eq!(api.ended(execution).await["output"], json!(n.to_string()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn endless_loops_leave_short_executions_alone() {
    let api = Api::new().await;
    let (endless, short) = (api.machine("Endless", &endless()).await, api.machine("Short", &pass()).await);
    for _ in 0..20 {
        api.start(&endless, &json!({"n": 0})).await;
    }
    for _ in 0..20 {
        let since = Instant::now();
        let execution = api.start(&short, &json!({})).await;
        assert_eq!(api.ended(&execution).await["status"], "SUCCEEDED");
        // Far more than needed, unless others are starved.
        assert!(since.elapsed() < Duration::from_secs(10), "{:?}", since.elapsed());
    }
    api.ok("ListExecutions", json!({"stateMachineArn": endless, "statusFilter": "RUNNING"})).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_and_slow_connections_leave_others_alone() {
    let limits = Limits { shutdown: Duration::from_secs(1), ..Limits::default() };
    let api = Api::with(Server::builder().limits(limits)).await;
    // Both ends of each connection are files of this process.
    let files = rlimit::increase_nofile_limit(4096).unwrap();
    assert!(files >= 3000, "{files} files are too few for 1,200 connections");
    let mut connections = Vec::new();
    for n in 0..1200 {
        let mut stream = TcpStream::connect(api.0.local_addr()).await.unwrap();
        // 200 connections begin a request and do not continue.
        if n % 6 == 0 {
            stream.write_all(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"a").await.unwrap();
        }
        connections.push(stream);
    }
    let machine = api.machine("M", &pass()).await;
    let execution = api.start(&machine, &json!({})).await;
    assert_eq!(api.ended(&execution).await["status"], "SUCCEEDED");
    let since = Instant::now();
    api.0.shutdown().await;
    assert!(since.elapsed() < Duration::from_secs(10), "{:?}", since.elapsed());
    for mut stream in connections {
        // Each was closed: reading reaches the end.
        let mut rest = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut rest)).await;
        assert!(read.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_go_through_what_is_kept_and_nothing_else() {
    let retention = Retention { count: 500, ..Retention::default() };
    let api = Api::with(Server::builder().retention(retention)).await;
    let machine = api.machine("M", &pass()).await;
    let mut last = String::new();
    for n in 0..1500 {
        let started = api.ok("StartExecution", json!({"stateMachineArn": machine, "name": format!("e{n}")})).await;
        last = text(&started["executionArn"]);
    }
    api.ended(&last).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let (mut names, mut token) = (Vec::new(), Value::Null);
    loop {
        let body = json!({"stateMachineArn": machine, "maxResults": 100, "nextToken": token});
        let page = api.ok("ListExecutions", body).await;
        names.extend(page["executions"].as_array().unwrap().iter().map(|item| text(&item["name"])));
        token = page["nextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    let wanted: Vec<_> = (0..1500).rev().map(|n| format!("e{n}")).collect();
    assert_eq!(names.len(), 500);
    assert!(names.iter().zip(&wanted).filter(|(found, wanted)| found == wanted).count() > 400, "{:?}", &names[..10]);
}
