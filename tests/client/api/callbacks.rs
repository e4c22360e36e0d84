//! Tests callbacks: tasks that wait until their token is returned.

use std::time::Duration;

use serde_json::{Value, json};
use workflow_local::Answers;
use workflow_server::Server;

use super::{Api, one, text};

const SEND: &str = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";

/// Returns a server whose queue accepts messages, and a state machine that waits for an answer to one.
async fn waits(more: Value) -> (Api, String) {
    let api = Api::with(Server::builder().on_resource_answers(SEND, Answers::new().then_never())).await;
    let mut state = json!({
        "Type": "Task", "Resource": SEND, "TimeoutSeconds": 60, "End": true,
        "Parameters": {"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}},
    });
    state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let machine = api.machine("M", &one(state)).await;
    (api, machine)
}

/// Returns the token of the last scheduled task.
async fn token(api: &Api, execution: &str) -> String {
    let scheduled = api.event(execution, "TaskScheduled").await;
    let parameters: Value = serde_json::from_str(&text(&scheduled["taskScheduledEventDetails"]["parameters"])).unwrap();
    text(&parameters["MessageBody"]["token"])
}

#[tokio::test]
async fn a_token_that_is_sent_back_ends_the_task() {
    let (api, machine) = waits(json!({})).await;
    let execution = api.start(&machine, &json!({})).await;
    let token = token(&api, &execution).await;
    api.ok("SendTaskHeartbeat", json!({"taskToken": token})).await;
    api.ok("SendTaskSuccess", json!({"taskToken": token, "output": "{\"done\":true}"})).await;
    let described = api.ended(&execution).await;
    assert_eq!(described["output"], "{\"done\":true}");
    assert_eq!(
        api.events(&execution).await,
        [
            "ExecutionStarted",
            "TaskStateEntered",
            "TaskScheduled",
            "TaskStarted",
            "TaskSubmitted",
            "TaskSucceeded",
            "TaskStateExited",
            "ExecutionSucceeded"
        ]
    );
    assert_eq!(api.refused("SendTaskSuccess", json!({"taskToken": token, "output": "1"})).await.1, "TaskTimedOut");
}

#[tokio::test]
async fn a_failure_without_a_name_fails_the_task() {
    let (api, machine) = waits(json!({})).await;
    let execution = api.start(&machine, &json!({})).await;
    let token = token(&api, &execution).await;
    api.ok("SendTaskFailure", json!({"taskToken": token})).await;
    let described = api.ended(&execution).await;
    assert_eq!((&described["status"], &described["error"]), (&json!("FAILED"), &Value::Null));
}

#[tokio::test]
async fn each_attempt_has_a_token_of_its_own() {
    let (api, machine) = waits(json!({"Retry": [{"ErrorEquals": ["Again"], "IntervalSeconds": 1}]})).await;
    let execution = api.start(&machine, &json!({})).await;
    let first = token(&api, &execution).await;
    api.ok("SendTaskFailure", json!({"taskToken": first, "error": "Again"})).await;
    let mut second = first.clone();
    while second == first {
        tokio::time::sleep(Duration::from_millis(20)).await;
        second = token(&api, &execution).await;
    }
    assert_eq!(api.refused("SendTaskSuccess", json!({"taskToken": first, "output": "1"})).await.1, "TaskTimedOut");
    api.ok("SendTaskSuccess", json!({"taskToken": second, "output": "2"})).await;
    assert_eq!(api.ended(&execution).await["output"], "2");
}

#[tokio::test]
async fn what_is_no_token_is_refused() {
    let (api, machine) = waits(json!({})).await;
    for (operation, more) in
        [("SendTaskSuccess", json!({"output": "1"})), ("SendTaskFailure", json!({})), ("SendTaskHeartbeat", json!({}))]
    {
        let mut body = more;
        body["taskToken"] = json!("nonsense");
        let refused = api.refused(operation, body.clone()).await;
        assert_eq!((&*refused.1, &*refused.2), ("InvalidToken", "Invalid Token: 'Invalid token'"));
        body["taskToken"] = json!("x".repeat(2049));
        assert_eq!(api.refused(operation, body).await.1, "ValidationException");
    }
    // A token of another server's execution.
    let execution = api.start(&machine, &json!({})).await;
    let token = token(&api, &execution).await;
    let (other, _) = waits(json!({})).await;
    assert_eq!(other.refused("SendTaskHeartbeat", json!({"taskToken": token})).await.1, "TaskDoesNotExist");
}
