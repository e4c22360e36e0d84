//! Tests which data survives the end of a server that stores its data.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tokio::sync::Notify;
use workflow_local::{Answers, TaskError};
use workflow_server::{Builder, Server};

use super::{Api, ROLE, one, pass, text};

/// Returns a folder for one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("data").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

/// Stops a server, and starts another one with its data.
async fn again(api: Api, builder: Builder, folder: &Path) -> Api {
    drop(api);
    let api = Api::with(builder.data(folder)).await;
    assert_eq!(api.0.diverged(), [] as [&str; 0]);
    api
}

#[tokio::test]
async fn resources_survive() {
    let folder = folder("resources");
    let api = Api::with(Server::builder().data(&folder)).await;
    let body = json!({
        "name": "M", "definition": pass().to_string(), "roleArn": ROLE, "publish": true, "versionDescription": "first",
        "tags": [{"key": "a", "value": "b"}], "tracingConfiguration": {"enabled": true},
    });
    let machine = text(&api.ok("CreateStateMachine", body).await["stateMachineArn"]);
    let update =
        json!({"stateMachineArn": machine, "definition": one(json!({"Type": "Succeed"})).to_string(), "publish": true});
    api.ok("UpdateStateMachine", update).await;
    api.ok("DeleteStateMachineVersion", json!({"stateMachineVersionArn": format!("{machine}:1")})).await;
    let routing = json!([{"stateMachineVersionArn": format!("{machine}:2"), "weight": 100}]);
    let alias = json!({"name": "prod", "description": "d", "routingConfiguration": routing});
    let alias = text(&api.ok("CreateStateMachineAlias", alias).await["stateMachineAliasArn"]);
    let activity = text(
        &api.ok("CreateActivity", json!({"name": "A", "tags": [{"key": "x", "value": "y"}]})).await["activityArn"],
    );
    let gone = api.machine("Gone", &pass()).await;
    api.ok("DeleteStateMachine", json!({"stateMachineArn": gone})).await;
    let look = async |api: &Api| {
        let mut seen = Vec::new();
        for (operation, body) in [
            ("DescribeStateMachine", json!({"stateMachineArn": machine})),
            ("DescribeStateMachine", json!({"stateMachineArn": format!("{machine}:2")})),
            ("ListStateMachineVersions", json!({"stateMachineArn": machine})),
            ("DescribeStateMachineAlias", json!({"stateMachineAliasArn": alias})),
            ("ListTagsForResource", json!({"resourceArn": machine})),
            ("ListTagsForResource", json!({"resourceArn": activity})),
            ("DescribeActivity", json!({"activityArn": activity})),
            ("ListStateMachines", json!({})),
        ] {
            seen.push(api.ok(operation, body).await);
        }
        seen
    };
    let before = look(&api).await;
    let api = again(api, Server::builder(), &folder).await;
    assert_eq!(look(&api).await, before);
    // Numbers of versions are not reused.
    let update = json!({"stateMachineArn": machine, "definition": pass().to_string(), "publish": true});
    assert_eq!(text(&api.ok("UpdateStateMachine", update).await["stateMachineVersionArn"]), format!("{machine}:3"));
    api.0.reset();
    let api = again(api, Server::builder(), &folder).await;
    assert_eq!(api.ok("ListStateMachines", json!({})).await, json!({"stateMachines": []}));
}

#[tokio::test]
async fn executions_that_ended_survive_with_their_events() {
    let folder = folder("ended");
    let api = Api::with(Server::builder().data(&folder)).await;
    let each = json!({"StartAt": "Id", "States": {"Id": {"Type": "Pass", "Parameters": {"id.$": "States.UUID()", "n.$": "$"}, "End": true}}});
    let machine = api.machine("M", &json!({"StartAt": "Each", "States": {
        "Each": {"Type": "Map", "ItemProcessor": each, "Next": "Run"},
        "Run": {"Type": "Map", "Label": "Run", "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}},
        }, "Next": "Wait"},
        "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Fail"},
        "Fail": {"Type": "Fail", "Error": "E", "Cause": "c"},
    }})).await;
    let execution = api.start(&machine, &json!([1, 2, 3])).await;
    api.ended(&execution).await;
    let started = api.event(&execution, "MapRunStarted").await;
    let map_run = started["mapRunStartedEventDetails"]["mapRunArn"].clone();
    let look = async |api: &Api| {
        let children = api.ok("ListExecutions", json!({"mapRunArn": map_run})).await;
        let list = api.ok("ListExecutions", json!({"stateMachineArn": machine})).await;
        let child = api.history(&text(&children["executions"][0]["executionArn"])).await;
        (api.describe(&execution).await, api.history(&execution).await, children, list, child)
    };
    let before = look(&api).await;
    let api = again(api, Server::builder(), &folder).await;
    assert_eq!(look(&api).await, before);
    // Its name is in use, and it can be redriven, as before.
    api.ok("RedriveExecution", json!({"executionArn": execution})).await;
    let described =
        api.until(&execution, |described| described["redriveCount"] == 1 && described["status"] == "FAILED").await;
    let api = again(api, Server::builder(), &folder).await;
    assert_eq!(api.describe(&execution).await, described);
}

#[tokio::test]
async fn tasks_that_were_answered_are_not_called_again_and_those_that_were_not_are() {
    let folder = folder("tasks");
    let machine_of = |function: &str, next: Value| {
        let mut state =
            json!({"Type": "Task", "Resource": format!("arn:aws:lambda:us-east-1:123456789012:function:{function}")});
        state.as_object_mut().unwrap().extend(next.as_object().unwrap().clone());
        state
    };
    let states = json!({"StartAt": "First", "States": {
        "First": machine_of("first", json!({"Next": "Second"})),
        "Second": machine_of("second", json!({"Retry": [{"ErrorEquals": ["Again"], "IntervalSeconds": 1}], "End": true})),
    }});
    let (first, second) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let asked = Arc::new(Notify::new());
    let builder = |stuck: bool| {
        let (first, second, asked) = (Arc::clone(&first), Arc::clone(&second), Arc::clone(&asked));
        Server::builder()
            .on_lambda("first", move |input: Value| {
                first.fetch_add(1, Ordering::SeqCst);
                Ok(input)
            })
            .on_lambda_async("second", move |input: Value| {
                let calls = second.fetch_add(1, Ordering::SeqCst) + 1;
                asked.notify_one();
                async move {
                    match (stuck, calls) {
                        (true, _) => std::future::pending().await,
                        (false, 2) => Err(TaskError::new("Again")),
                        _ => Ok(input),
                    }
                }
            })
    };
    let api = Api::with(builder(true).data(&folder)).await;
    let machine = api.machine("M", &states).await;
    let execution = api.start(&machine, &json!({"n": 1})).await;
    asked.notified().await;
    let api = again(api, builder(false), &folder).await;
    let described = api.ended(&execution).await;
    assert_eq!((&described["status"], &described["output"]), (&json!("SUCCEEDED"), &json!("{\"n\":1}")));
    assert_eq!((first.load(Ordering::SeqCst), second.load(Ordering::SeqCst)), (1, 3));
    let events = api.events(&execution).await;
    assert_eq!(events.iter().filter(|event| *event == "LambdaFunctionScheduled").count(), 3, "{events:?}");
}

#[tokio::test]
async fn tokens_waits_and_activities_stay_valid() {
    const SEND: &str = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
    let folder = folder("tokens");
    let builder = || Server::builder().on_resource_answers(SEND, Answers::new().then_never());
    let api = Api::with(builder().data(&folder)).await;
    let callback = api.machine("Callback", &one(json!({
        "Type": "Task", "Resource": SEND, "Parameters": {"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}}, "End": true,
    }))).await;
    let callback = api.start(&callback, &json!({})).await;
    let scheduled = api.event(&callback, "TaskScheduled").await;
    let parameters: Value = serde_json::from_str(&text(&scheduled["taskScheduledEventDetails"]["parameters"])).unwrap();
    api.event(&callback, "TaskSubmitted").await;
    let activity = text(&api.ok("CreateActivity", json!({"name": "A"})).await["activityArn"]);
    let machine = api.machine("Activity", &one(json!({"Type": "Task", "Resource": activity, "End": true}))).await;
    let taken = api.start(&machine, &json!(1)).await;
    let task = api.ok("GetActivityTask", json!({"activityArn": activity, "workerName": "w"})).await;
    let offered = api.start(&machine, &json!(2)).await;
    api.event(&offered, "ActivityScheduled").await;
    let wait = api.machine("Wait", &one(json!({"Type": "Wait", "Seconds": 1, "End": true}))).await;
    let wait = api.start(&wait, &json!({})).await;
    let before = api.history(&callback).await;
    // A parent waits for its child.
    let sub = api.machine("Sub", &one(json!({"Type": "Wait", "Seconds": 1, "End": true}))).await;
    let parent = api
        .machine(
            "Parent",
            &one(json!({
                "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
                "Parameters": {"StateMachineArn": sub, "Input": {"in": 1}}, "OutputPath": "$.Output", "End": true,
            })),
        )
        .await;
    let parent = api.start(&parent, &json!({})).await;
    api.event(&parent, "TaskSubmitted").await;

    let api = again(api, builder(), &folder).await;
    assert_eq!(api.history(&callback).await, before);
    api.ok("SendTaskSuccess", json!({"taskToken": parameters["MessageBody"]["token"], "output": "7"})).await;
    assert_eq!(api.ended(&callback).await["output"], "7");
    api.ok("SendTaskHeartbeat", json!({"taskToken": task["taskToken"]})).await;
    api.ok("SendTaskSuccess", json!({"taskToken": task["taskToken"], "output": "8"})).await;
    assert_eq!(api.ended(&taken).await["output"], "8");
    let task = api.ok("GetActivityTask", json!({"activityArn": activity})).await;
    assert_eq!(task["input"], "2");
    api.ok("SendTaskSuccess", json!({"taskToken": task["taskToken"], "output": "9"})).await;
    assert_eq!(api.ended(&offered).await["output"], "9");
    assert_eq!(api.ended(&wait).await["status"], "SUCCEEDED");
    let described = api.ended(&parent).await;
    assert_eq!(described["output"], "{\"in\":1}", "{described}");
    let events = api.events(&parent).await;
    assert_eq!(events.iter().filter(|event| *event == "TaskSubmitted").count(), 1);
    let list = api.ok("ListExecutions", json!({"stateMachineArn": sub})).await;
    assert_eq!(list["executions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_execution_whose_inputs_now_give_another_history_is_told() {
    use workflow_local::{MemoryStore, ObjectStore};
    let folder = folder("diverged");
    let store = |items: &[u8]| {
        let store = MemoryStore::default();
        store.put("b", "items.json", items.to_vec()).unwrap();
        Server::builder().object_store(Arc::new(store))
    };
    let api = Api::with(store(b"[1,2]").data(&folder)).await;
    let map = json!({
        "Type": "Map",
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"}, "Parameters": {"Bucket": "b", "Key": "items.json"}},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "P", "States": {"P": {"Type": "Fail"}}},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}], "Next": "B",
    });
    let before = |last: Value| json!({"StartAt": "A", "States": {"A": map, "B": last}});
    let wait = api.machine("W", &before(json!({"Type": "Wait", "Seconds": 3600, "End": true}))).await;
    let fail = api.machine("F", &before(json!({"Type": "Fail"}))).await;
    let (running, ended) = (api.start(&wait, &json!({})).await, api.start(&fail, &json!({})).await);
    api.event(&running, "WaitStateEntered").await;
    assert_eq!(api.ended(&ended).await["status"], "FAILED");
    drop(api);
    let api = Api::with(store(b"[]").data(&folder)).await;
    assert_eq!(api.0.diverged(), std::slice::from_ref(&running));
    assert_eq!(api.describe(&running).await["error"], "Workflow.ReplayDiverged");
    // An ended execution is replayed when it is read.
    assert_eq!(api.describe(&ended).await["error"], "Workflow.ReplayDiverged");
    drop(api);
    // The records are unchanged.
    let api = Api::with(store(b"[1,2]").data(&folder)).await;
    assert_eq!(api.0.diverged(), [] as [&str; 0]);
    assert_eq!(api.describe(&running).await["status"], "RUNNING");
    assert_eq!(api.describe(&ended).await["status"], "FAILED");
}
