//! Tests advancing the clock over HTTP.

use std::path::Path;

use serde_json::{Value, json};
use workflow_server::Server;

use super::{Api, one, text};
use crate::client::http;

async fn turn(api: &Api, body: Value) -> Value {
    let (status, answer) = http::send(api.0.local_addr(), "POST", "/clock", &[], body.to_string().as_bytes()).await;
    assert_eq!(status, 200, "{body}: {answer}");
    answer
}

fn wait(seconds: u64, next: &str) -> Value {
    json!({"Type": "Wait", "Seconds": seconds, "Next": next})
}

#[tokio::test]
async fn it_runs_until_nothing_is_left_to_do() {
    let slow = |n: u64| async move {
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        Ok(n + 1)
    };
    let api = Api::with(Server::builder().on_lambda_async("slow", slow)).await;
    let child = api.machine("Child", &one(json!({"Type": "Wait", "Seconds": 86_400, "End": true}))).await;
    let machine = api
        .machine(
            "M",
            &json!({"StartAt": "W", "States": {
                "W": wait(3600, "C"),
                "C": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "Parameters": {"StateMachineArn": child}, "ResultPath": null, "Next": "T"},
                "T": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:slow", "Next": "L"},
                "L": wait(60, "End"),
                "End": {"Type": "Succeed"},
            }}),
        )
        .await;
    let activity = text(&api.ok("CreateActivity", json!({"name": "A"})).await["activityArn"]);
    let asks = api.machine("Asks", &one(json!({"Type": "Task", "Resource": activity, "End": true}))).await;
    let (execution, asking) = (api.start(&machine, &json!(1)).await, api.start(&asks, &json!(1)).await);
    let turned = turn(&api, json!({"runUntilIdle": true})).await;
    assert_eq!((&turned["idle"], &turned["stoppedBefore"]), (&json!(true), &json!([])), "{turned}");
    let described = api.describe(&execution).await;
    assert_eq!((&described["status"], &described["output"]), (&json!("SUCCEEDED"), &json!("2")));
    let seconds = described["stopDate"].as_f64().unwrap() - described["startDate"].as_f64().unwrap();
    assert!((90_060.0..90_070.0).contains(&seconds), "{seconds}");
    // Workers are not waited for.
    assert_eq!(api.describe(&asking).await["status"], "RUNNING");
    let long = api.machine("Long", &one(json!({"Type": "Wait", "Seconds": 1000, "End": true}))).await;
    let long = api.start(&long, &json!({})).await;
    let turned = turn(&api, json!({"runUntilIdle": true, "limitSeconds": 500})).await;
    assert_eq!((&turned["idle"], &api.describe(&long).await["status"]), (&json!(false), &json!("RUNNING")));
    assert!(api.0.run_until_idle(std::time::Duration::from_secs(600)).await);
    assert_eq!(api.describe(&long).await["status"], "SUCCEEDED");
    let beyond = json!({"advanceSeconds": 1_000_000_000_000_000_000_u64});
    for wrong in [json!({}), json!({"runUntilIdle": true, "advanceSeconds": 1}), json!({"advanceSeconds": -1}), beyond]
    {
        let (status, _) = http::send(api.0.local_addr(), "POST", "/clock", &[], wrong.to_string().as_bytes()).await;
        assert_eq!(status, 400, "{wrong}");
    }
    let (_, health) = http::send(api.0.local_addr(), "GET", "/health", &[], b"").await;
    assert!(text(&health["time"]).starts_with("20"), "{health}");
}

#[tokio::test]
async fn it_stops_before_a_state() {
    let api = Api::new().await;
    let machine = api
        .machine(
            "M",
            &json!({"StartAt": "A", "States": {
                "A": wait(3600, "B"), "B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Pass", "Next": "Again"},
                "Again": {"Type": "Choice", "Choices": [{"Variable": "$.again", "BooleanEquals": true, "Next": "A"}], "Default": "Done"},
                "Done": {"Type": "Succeed"},
            }}),
        )
        .await;
    let loops = api.start(&machine, &json!({"again": true})).await;
    let turned = turn(&api, json!({"stopBefore": "B"})).await;
    let before = json!([{"state": "B", "executionArn": loops}]);
    assert_eq!((&turned["idle"], &turned["stoppedBefore"]), (&json!(false), &before));
    let last = async || api.events(&loops).await.last().unwrap().clone();
    assert_eq!(last().await, "WaitStateExited");
    // It passes, and arrives there again.
    let events = api.events(&loops).await.len();
    assert_eq!(turn(&api, json!({"stopBefore": "B", "executionArn": loops})).await["stoppedBefore"], before);
    assert!(api.events(&loops).await.len() > events);
    // Another execution is not held.
    let once = api.start(&machine, &json!({"again": false})).await;
    let turned = turn(&api, json!({"stopBefore": "B", "executionArn": once})).await;
    assert_eq!(turned["stoppedBefore"], json!([{"state": "B", "executionArn": once}]));
    // A held execution can be stopped, and others continue when the clock is advanced.
    api.ok("StopExecution", json!({"executionArn": loops})).await;
    turn(&api, json!({"advanceSeconds": 1})).await;
    assert_eq!(api.ended(&once).await["status"], "SUCCEEDED");
    assert_eq!(api.describe(&loops).await["status"], "ABORTED");
}

#[tokio::test]
async fn it_stays_turned_when_the_data_is_kept() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("turned");
    let _ = std::fs::remove_dir_all(&folder);
    let api = Api::with(Server::builder().data(&folder)).await;
    let machine = api.machine("M", &one(json!({"Type": "Wait", "Seconds": 7200, "End": true}))).await;
    let execution = api.start(&machine, &json!({})).await;
    api.event(&execution, "WaitStateEntered").await;
    turn(&api, json!({"advanceSeconds": 3600})).await;
    drop(api);
    let api = Api::with(Server::builder().data(&folder)).await;
    assert_eq!(api.describe(&execution).await["status"], "RUNNING");
    turn(&api, json!({"advanceSeconds": 3600})).await;
    assert_eq!(api.ended(&execution).await["status"], "SUCCEEDED");
}
