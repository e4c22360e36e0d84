//! Tests the operations of the API over loopback, as any client calls them.

mod activities;
mod callbacks;
mod conformance;
mod crowds;
mod data;
mod embedded;
mod executions;
mod machines;
mod map_runs;
mod model;
mod outlets;
pub(crate) mod outside;
mod recorded;
mod redrive;
mod retention;
mod tags;
mod tasks;
mod turning;

use std::time::Duration;

use serde_json::{Value, json};
use workflow_server::{Builder, Server};

use crate::client::http::call;
use crate::client::workflows::serve;

pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/r";

/// A server, and a client for it.
pub(crate) struct Api(pub(crate) Server);

impl Api {
    pub(crate) async fn new() -> Self {
        Self::with(Server::builder()).await
    }

    pub(crate) async fn with(builder: Builder) -> Self {
        Self(serve(builder).await)
    }

    pub(crate) async fn send(&self, operation: &str, body: &Value) -> (u16, Value) {
        let (status, answer) = call(&self.0, operation, body.to_string().as_bytes()).await;
        if status == 200 {
            model::assert_modelled(operation, &answer);
        }
        (status, answer)
    }

    /// Returns the answer of a call that must succeed.
    pub(crate) async fn ok(&self, operation: &str, body: Value) -> Value {
        let (status, answer) = self.send(operation, &body).await;
        assert_eq!(status, 200, "{operation} {body}: {answer}");
        answer
    }

    /// Returns the status, code and message of a call that must be rejected.
    pub(crate) async fn refused(&self, operation: &str, body: Value) -> (u16, String, String) {
        let (status, answer) = self.send(operation, &body).await;
        assert!(status >= 400, "{operation} {body}: {answer}");
        let text = |member: &str| answer[member].as_str().unwrap_or_default().to_owned();
        (status, text("__type"), text("message"))
    }

    /// Returns the ARN of a new state machine.
    pub(crate) async fn machine(&self, name: &str, definition: &Value) -> String {
        let body = json!({"name": name, "definition": definition.to_string(), "roleArn": ROLE});
        text(&self.ok("CreateStateMachine", body).await["stateMachineArn"])
    }

    /// Returns the ARN of a new execution.
    pub(crate) async fn start(&self, machine: &str, input: &Value) -> String {
        let body = json!({"stateMachineArn": machine, "input": input.to_string()});
        text(&self.ok("StartExecution", body).await["executionArn"])
    }

    pub(crate) async fn describe(&self, execution: &str) -> Value {
        self.ok("DescribeExecution", json!({"executionArn": execution})).await
    }

    /// Waits for the end of an execution, and returns its description.
    pub(crate) async fn ended(&self, execution: &str) -> Value {
        self.until(execution, |described| described["status"] != "RUNNING").await
    }

    /// Waits until a description matches, and returns it.
    pub(crate) async fn until(&self, execution: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..2000 {
            let described = self.describe(execution).await;
            if is_so(&described) {
                return described;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{execution} did not come so far: {} {:?}", self.describe(execution).await, self.events(execution).await)
    }

    /// Waits until a state machine that is being deleted is gone.
    pub(crate) async fn gone(&self, machine: &str) {
        for _ in 0..2000 {
            if self.send("DescribeStateMachine", &json!({"stateMachineArn": machine})).await.0 == 400 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{machine} stays")
    }

    /// Returns the events of an execution, or of a child of it.
    pub(crate) async fn history(&self, execution: &str) -> Vec<Value> {
        let body = json!({"executionArn": execution, "maxResults": 1000});
        self.ok("GetExecutionHistory", body).await["events"].as_array().unwrap().clone()
    }

    /// Returns the types of its events.
    pub(crate) async fn events(&self, execution: &str) -> Vec<String> {
        self.history(execution).await.iter().map(|event| text(&event["type"])).collect()
    }

    /// Waits for an event of this type, and returns it.
    pub(crate) async fn event(&self, execution: &str, kind: &str) -> Value {
        for _ in 0..2000 {
            if let Some(event) = self.history(execution).await.iter().rfind(|event| event["type"] == kind) {
                return event.clone();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("no {kind}: {:?}", self.events(execution).await)
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// Returns a state machine of one state.
pub(crate) fn one(state: Value) -> Value {
    json!({"StartAt": "A", "States": {"A": state}})
}

pub(crate) fn pass() -> Value {
    one(json!({"Type": "Pass", "End": true}))
}
