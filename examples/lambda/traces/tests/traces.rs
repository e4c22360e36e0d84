//! Calls the function with the events of an execution that AWS recorded, as a log, and a collector on loopback.

#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::io::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use example_lambda_traces::{Subscription, Traces};
use flate2::Compression;
use flate2::write::GzEncoder;
use lambda_runtime::{Context, LambdaEvent};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const RECORDED: &str = "conformance/error/ls-error_handling_task_lambda--raise-custom-exception.json";

/// The lines of the log of an execution with this name.
fn lines(name: &str) -> Option<Vec<String>> {
    let text = std::fs::read(workflow_recorded::data(RECORDED)?).unwrap();
    let recorded: Value = serde_json::from_slice(&text).unwrap();
    let lines = recorded["expect"]["events"].as_array().unwrap().iter().map(|event| {
        let id = event["id"].as_u64().unwrap();
        json!({
            "id": id.to_string(), "type": event["type"], "details": event,
            "previous_event_id": event["prev"].to_string(), "event_timestamp": (1_700_000_000_000 + id * 100).to_string(),
            "execution_arn": format!("arn:aws:states:eu-west-1:123456789012:execution:Order:{name}"),
        })
        .to_string()
    });
    Some(lines.collect())
}

/// The payload with which CloudWatch Logs calls the function.
fn event(lines: &[String]) -> LambdaEvent<Subscription> {
    let events: Vec<_> = lines.iter().map(|line| json!({ "id": "1", "timestamp": 0, "message": line })).collect();
    let log = json!({ "messageType": "DATA_MESSAGE", "logGroup": "/aws/vendedlogs/states/order", "logEvents": events });
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(log.to_string().as_bytes()).unwrap();
    let data = BASE64_STANDARD.encode(gzip.finish().unwrap());
    let payload = serde_json::from_value(json!({ "awslogs": { "data": data } })).unwrap();
    LambdaEvent::new(payload, Context::default())
}

/// Answers one request with a status, and returns its body.
async fn answer(listener: &TcpListener, status: &str) -> Value {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut bytes = Vec::new();
    loop {
        let read = stream.read_buf(&mut bytes).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            if body.len() == length.parse::<usize>().unwrap() {
                assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
                let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
                return serde_json::from_str(body).unwrap();
            }
        }
        assert!(read > 0, "the request ends early: {text}");
    }
}

/// The spans of a body.
fn spans(body: &Value) -> Vec<&Value> {
    let elements = body["resourceSpans"].as_array().unwrap().iter();
    elements.flat_map(|element| element["scopeSpans"][0]["spans"].as_array().unwrap()).collect()
}

/// The names of the spans, each after its parent's if that is there. An execution has the end of its ARN.
fn names(body: &Value) -> Vec<String> {
    let name = |span: &Value| span["name"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    let spans = spans(body);
    let mut names: Vec<_> = spans
        .iter()
        .map(|span| {
            let parent = spans.iter().find(|other| other["spanId"] == span["parentSpanId"]);
            parent.map_or_else(|| name(span), |parent| format!("{} / {}", name(parent), name(span)))
        })
        .collect();
    names.sort();
    names
}

async fn collector() -> (TcpListener, Traces) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let traces = Traces::new(&format!("http://{}", listener.local_addr().unwrap()));
    (listener, traces)
}

#[tokio::test]
async fn each_execution_of_a_log_is_a_trace() {
    let (Some(monday), Some(tuesday)) = (lines("monday"), lines("tuesday")) else { return };
    let (listener, traces) = collector().await;
    // Logs bring some events twice, and in any order.
    let all: Vec<_> = tuesday.iter().rev().chain(&monday).chain(&tuesday).cloned().collect();
    let (taken, body) = tokio::join!(traces.take(event(&all)), answer(&listener, "200 OK"));
    taken.unwrap();
    assert_eq!(body["resourceSpans"].as_array().unwrap().len(), 2, "{body}");
    let of = |name: &str| [name.to_owned(), format!("{name} / ErrorMatched"), format!("{name} / InvokeLambda")];
    let attempts = ["InvokeLambda / attempt", "InvokeLambda / attempt"].map(str::to_owned);
    assert_eq!(names(&body), [&attempts[..], &of("monday"), &of("tuesday")].concat(), "{body:#}");
}

#[tokio::test]
async fn spans_are_posted_when_they_end_and_once_more_after_a_failure() {
    let Some(lines) = lines("monday") else { return };
    let (listener, traces) = collector().await;
    let (first, rest) = lines.split_at(6);
    let (taken, refused) = tokio::join!(traces.take(event(first)), answer(&listener, "503 Service Unavailable"));
    assert_eq!(taken.unwrap_err().to_string(), "the collector answered 503 Service Unavailable");
    let (taken, body) = tokio::join!(traces.take(event(first)), answer(&listener, "200 OK"));
    taken.unwrap();
    assert_eq!(body, refused);
    let (taken, last) = tokio::join!(traces.take(event(rest)), answer(&listener, "200 OK"));
    taken.unwrap();
    assert_eq!(names(&body), ["InvokeLambda", "InvokeLambda / attempt"]);
    assert_eq!(names(&last), ["monday", "monday / ErrorMatched"]);
    // The state is in the execution, although that ended later.
    let id = |body: &Value, name: &str, member: &str| {
        let found = spans(body).into_iter().find(|span| span["name"].as_str().unwrap().ends_with(name));
        found.unwrap()[member].clone()
    };
    assert_eq!(id(&body, "InvokeLambda", "parentSpanId"), id(&last, "monday", "spanId"));
    // An instance that has not seen the beginning posts nothing.
    let (_listener, other) = collector().await;
    other.take(event(rest)).await.unwrap();
    // There is nothing more to post.
    traces.take(event(&[])).await.unwrap();
}

#[tokio::test]
async fn an_execution_is_left_where_an_event_is_missing() {
    let Some(mut lines) = lines("gap") else { return };
    lines.remove(2);
    // Nothing listens there, so a post would fail.
    Traces::new("http://127.0.0.1:9").take(event(&lines)).await.unwrap();
}
