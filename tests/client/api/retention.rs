//! Tests that ended executions are kept for a limited time and up to a limited number.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use workflow_server::{Retention, Server};

use super::{Api, one, pass, text};

fn listed(list: &Value) -> Vec<String> {
    list["executions"].as_array().unwrap().iter().map(|item| text(&item["name"])).collect()
}

async fn names(api: &Api, machine: &str) -> Vec<String> {
    listed(&api.ok("ListExecutions", json!({"stateMachineArn": machine})).await)
}

async fn ends(api: &Api, machine: &str, name: &str) -> String {
    let started = api.ok("StartExecution", json!({"stateMachineArn": machine, "name": name})).await;
    let execution = text(&started["executionArn"]);
    api.ended(&execution).await;
    execution
}

#[tokio::test]
async fn those_that_ended_last_are_kept() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("retention");
    let _ = std::fs::remove_dir_all(&folder);
    let retention = Retention { count: 2, ..Retention::default() };
    let api = Api::with(Server::builder().retention(retention).data(&folder)).await;
    let machine = api.machine("M", &pass()).await;
    let sleeper = api.machine("S", &one(json!({"Type": "Wait", "Seconds": 600, "End": true}))).await;
    let asleep = api.start(&sleeper, &json!({})).await;
    let first = ends(&api, &machine, "a").await;
    for name in ["b", "c"] {
        ends(&api, &machine, name).await;
    }
    for _ in 0..400 {
        if names(&api, &machine).await.len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(names(&api, &machine).await, ["c", "b"]);
    assert_eq!(api.refused("DescribeExecution", json!({"executionArn": first})).await.1, "ExecutionDoesNotExist");
    // A running execution does not count.
    assert_eq!(api.describe(&asleep).await["status"], "RUNNING");
    // Its name is free.
    ends(&api, &machine, "a").await;
    drop(api);
    let api = Api::with(Server::builder().retention(Retention { count: 1, ..retention }).data(&folder)).await;
    assert_eq!(names(&api, &machine).await, ["a"]);
    assert_eq!(api.describe(&asleep).await["status"], "RUNNING");
    drop(api);
    let api = Api::with(Server::builder().data(&folder)).await;
    assert_eq!(names(&api, &machine).await, ["a"]);
}

#[tokio::test]
async fn those_that_ended_long_ago_are_not_kept() {
    let retention = Retention { age: Some(Duration::from_secs(3600)), ..Retention::default() };
    let api = Api::with(Server::builder().retention(retention)).await;
    let each = json!({"Type": "Map", "Label": "Each", "End": true, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "P", "States": {"P": {"Type": "Fail"}},
    }});
    let machine = api.machine("M", &one(each)).await;
    let old =
        text(&api.ok("StartExecution", json!({"stateMachineArn": machine, "input": "[1]"})).await["executionArn"]);
    assert_eq!(api.ended(&old).await["status"], "FAILED");
    let map_run = api.ok("ListMapRuns", json!({"executionArn": old})).await["mapRuns"][0]["mapRunArn"].clone();
    let redriven = api.start(&machine, &json!([1])).await;
    api.ended(&redriven).await;
    api.0.advance(Duration::from_secs(3000));
    // It ends again later.
    api.ok("RedriveExecution", json!({"executionArn": redriven})).await;
    api.until(&redriven, |described| described["redriveCount"] == 1 && described["status"] == "FAILED").await;
    api.0.advance(Duration::from_secs(3000));
    assert_eq!(names(&api, &machine).await.len(), 1);
    assert_eq!(api.describe(&redriven).await["redriveCount"], 1);
    assert_eq!(api.refused("DescribeExecution", json!({"executionArn": old})).await.1, "ExecutionDoesNotExist");
    assert_eq!(api.refused("DescribeMapRun", json!({"mapRunArn": map_run})).await.1, "ResourceNotFound");
    api.0.advance(Duration::from_secs(3000));
    assert_eq!(names(&api, &machine).await, [] as [&str; 0]);
}
