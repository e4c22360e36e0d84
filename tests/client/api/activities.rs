//! Tests activities: workers that wait for tasks, and their answers.

use std::future::pending;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{Api, one, text};

/// Returns an activity's ARN and a state machine that waits for a worker of it.
async fn activity(api: &Api, more: Value) -> (String, String) {
    let activity = text(&api.ok("CreateActivity", json!({"name": "A"})).await["activityArn"]);
    let mut state = json!({"Type": "Task", "Resource": activity, "End": true});
    state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let machine = api.machine("M", &one(state)).await;
    (activity, machine)
}

async fn poll(api: &Api, activity: &str) -> Value {
    api.ok("GetActivityTask", json!({"activityArn": activity, "workerName": "w"})).await
}

#[tokio::test]
async fn a_worker_takes_a_task_beats_and_succeeds() {
    let api = Api::new().await;
    let (activity, machine) = activity(&api, json!({"TimeoutSeconds": 60, "HeartbeatSeconds": 30})).await;
    let (task, execution) = tokio::join!(poll(&api, &activity), async {
        // The worker polls first.
        tokio::time::sleep(Duration::from_millis(50)).await;
        api.start(&machine, &json!({"n": 1})).await
    });
    assert_eq!(task["input"], "{\"n\":1}");
    let token = &task["taskToken"];
    assert_eq!(api.ok("SendTaskHeartbeat", json!({"taskToken": token})).await, json!({}));
    assert_eq!(api.ok("SendTaskSuccess", json!({"taskToken": token, "output": "[2]"})).await, json!({}));
    let described = api.ended(&execution).await;
    assert_eq!((&described["status"], &described["output"]), (&json!("SUCCEEDED"), &json!("[2]")));
    assert_eq!(
        api.events(&execution).await,
        [
            "ExecutionStarted",
            "TaskStateEntered",
            "ActivityScheduled",
            "ActivityStarted",
            "ActivitySucceeded",
            "TaskStateExited",
            "ExecutionSucceeded"
        ]
    );
    assert_eq!(
        api.event(&execution, "ActivityStarted").await["activityStartedEventDetails"],
        json!({"workerName": "w"})
    );
    // The task has ended.
    for (operation, more) in
        [("SendTaskSuccess", json!({"output": "1"})), ("SendTaskFailure", json!({})), ("SendTaskHeartbeat", json!({}))]
    {
        let mut body = more;
        body["taskToken"] = token.clone();
        assert_eq!(api.refused(operation, body).await.1, "TaskTimedOut", "{operation}");
    }
}

#[tokio::test]
async fn a_worker_fails_a_task() {
    let api = Api::new().await;
    let (activity, machine) = activity(&api, json!({})).await;
    let execution = api.start(&machine, &json!({})).await;
    let token = poll(&api, &activity).await["taskToken"].clone();
    let refused = api.refused("SendTaskSuccess", json!({"taskToken": token, "output": "no json"})).await;
    assert_eq!(refused.1, "InvalidOutput");
    api.ok("SendTaskFailure", json!({"taskToken": token, "error": "E", "cause": "c"})).await;
    let described = api.ended(&execution).await;
    assert_eq!(
        (&described["status"], &described["error"], &described["cause"]),
        (&json!("FAILED"), &json!("E"), &json!("c"))
    );
}

#[tokio::test]
async fn a_task_whose_heartbeat_is_missed_times_out() {
    let api = Api::new().await;
    let (activity, machine) = activity(&api, json!({"TimeoutSeconds": 60, "HeartbeatSeconds": 1})).await;
    let execution = api.start(&machine, &json!({})).await;
    let token = poll(&api, &activity).await["taskToken"].clone();
    let described = api.ended(&execution).await;
    assert_eq!((&described["status"], &described["error"]), (&json!("FAILED"), &json!("States.Timeout")));
    assert_eq!(api.refused("SendTaskHeartbeat", json!({"taskToken": token})).await.1, "TaskTimedOut");
}

#[tokio::test]
async fn no_two_workers_share_a_task_and_none_is_lost_with_a_worker_that_goes() {
    let api = Api::new().await;
    let (activity, machine) = activity(&api, json!({})).await;
    // Workers that disconnect while they wait.
    for _ in 0..20 {
        let body = json!({"activityArn": activity}).to_string();
        let mut stream = TcpStream::connect(api.0.local_addr()).await.unwrap();
        let head = format!(
            "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AWSStepFunctions.GetActivityTask\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    const TASKS: usize = 20;
    let workers = async {
        let mut tokens = Vec::new();
        let polls: Vec<_> = (0..TASKS).map(|_| Box::pin(poll(&api, &activity))).collect();
        for poll in polls {
            tokens.push(text(&poll.await["taskToken"]));
        }
        tokens
    };
    for _ in 0..TASKS {
        api.start(&machine, &json!({})).await;
    }
    let mut tokens = tokio::time::timeout(Duration::from_secs(20), workers).await.unwrap();
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), TASKS);
}

#[tokio::test]
async fn a_worker_without_a_task_is_answered_after_a_minute() {
    let api = Api::new().await;
    let (activity, _) = activity(&api, json!({})).await;
    let early = tokio::time::timeout(Duration::from_millis(300), poll(&api, &activity)).await;
    assert!(early.is_err(), "{early:?}");
    // Deleting an activity notifies its workers.
    let (refused, ()) = tokio::join!(api.refused("GetActivityTask", json!({"activityArn": activity})), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        api.ok("DeleteActivity", json!({"activityArn": activity})).await;
    });
    assert_eq!(refused.1, "ActivityDoesNotExist");
}

#[tokio::test]
async fn the_task_of_an_activity_that_does_not_exist_fails_the_execution() {
    let api = Api::new().await;
    let (activity, machine) = activity(&api, json!({})).await;
    api.ok("DeleteActivity", json!({"activityArn": activity})).await;
    let described = api.ended(&api.start(&machine, &json!({})).await).await;
    assert_eq!((&described["status"], &described["error"]), (&json!("FAILED"), &json!("States.Runtime")));
    assert!(text(&described["cause"]).contains(&activity), "{described}");
}

#[tokio::test]
async fn a_shutdown_answers_workers_that_wait() {
    let api = Api::new().await;
    let (activity, _) = activity(&api, json!({})).await;
    let body = json!({"activityArn": activity}).to_string();
    let mut stream = TcpStream::connect(api.0.local_addr()).await.unwrap();
    let head = format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AWSStepFunctions.GetActivityTask\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    tokio::select! {
        () = api.0.shutdown() => {}
        () = async { tokio::time::sleep(Duration::from_secs(10)).await; pending().await } => unreachable!(),
    }
    assert_eq!(crate::client::http::read_answer(&mut stream).await.0, 503);
}
