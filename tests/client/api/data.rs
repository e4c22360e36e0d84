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
async fn what_an_execution_read_is_stored_with_it() {
    use workflow_local::{MemoryStore, ObjectStore};
    let folder = folder("objects");
    let store = |items: &[u8]| {
        let store = Arc::new(MemoryStore::default());
        store.put("b", "items.json", items.to_vec()).unwrap();
        (Server::builder().object_store(Arc::clone(&store) as _).data(&folder), store)
    };
    let (builder, written) = store(b"[1,2]");
    let api = Api::with(builder).await;
    let map = json!({
        "Type": "Map",
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"}, "Parameters": {"Bucket": "b", "Key": "items.json"}},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}},
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "out", "Prefix": "p"}},
        "Next": "B",
    });
    let before = |last: Value| json!({"StartAt": "A", "States": {"A": map, "B": last}});
    let wait = api.machine("W", &before(json!({"Type": "Wait", "Seconds": 3600, "End": true}))).await;
    let succeed = api.machine("S", &before(json!({"Type": "Succeed"}))).await;
    let fail = api.machine("F", &before(json!({"Type": "Fail", "Error": "E"}))).await;
    let running = api.start(&wait, &json!({})).await;
    api.event(&running, "WaitStateEntered").await;
    let mut ended = Vec::new();
    for machine in [&succeed, &fail] {
        let execution = api.start(machine, &json!({})).await;
        api.ended(&execution).await;
        ended.push((execution.clone(), api.describe(&execution).await, api.events(&execution).await));
    }
    assert!(!written.list("out", "").unwrap().is_empty());
    drop(api);
    // The object has changed, and the results are gone.
    let (builder, written) = store(b"[3]");
    let api = Api::with(builder).await;
    assert_eq!(api.0.diverged(), [] as [&str; 0]);
    assert_eq!(api.0.quarantined(), []);
    assert_eq!(api.describe(&running).await["status"], "RUNNING");
    for (execution, described, events) in &ended {
        assert_eq!((&api.describe(execution).await, &api.events(execution).await), (described, events));
    }
    let map_run = api.ok("ListMapRuns", json!({"executionArn": ended[0].0})).await["mapRuns"][0]["mapRunArn"].clone();
    let map_run = api.ok("DescribeMapRun", json!({"mapRunArn": map_run})).await;
    assert_eq!(map_run["itemCounts"]["succeeded"], 2, "{map_run}");
    // A redrive goes on from there, with what was read then.
    let failed = &ended[1].0;
    api.ok("RedriveExecution", json!({"executionArn": failed})).await;
    let described = api.ended(failed).await;
    assert_eq!((&described["status"], &described["redriveCount"]), (&json!("FAILED"), &json!(1)));
    // Nothing was written by looking.
    assert!(written.list("out", "").is_ok_and(|objects| objects.is_empty()) || written.list("out", "").is_err());
}

/// Changes bytes of the closed store.
fn alter(folder: &Path, from: &str, to: &str) {
    let file = folder.join("workflow.redb");
    let mut bytes = std::fs::read(&file).unwrap();
    let places: Vec<usize> =
        (0..bytes.len() - from.len()).filter(|at| bytes[*at..].starts_with(from.as_bytes())).collect();
    assert!(!places.is_empty() && from.len() == to.len());
    places.iter().for_each(|at| bytes[*at..*at + to.len()].copy_from_slice(to.as_bytes()));
    std::fs::write(&file, bytes).unwrap();
}

#[tokio::test]
async fn a_damaged_record_is_set_apart_and_the_rest_works() {
    let folder = folder("damaged");
    let api = Api::with(Server::builder().data(&folder)).await;
    let pass = api.machine("P", &json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}})).await;
    let wait = json!({"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 3600, "End": true}}});
    let wait = api.machine("W", &wait).await;
    let good = api.start(&pass, &json!({"amount": 100_001})).await;
    let bad = api.start(&pass, &json!({"amount": 100_002})).await;
    let asleep = api.start(&wait, &json!({"amount": 100_003})).await;
    api.ended(&good).await;
    api.ended(&bad).await;
    api.0.shutdown().await;
    alter(&folder, "100002", "900002");
    let api = Api::with(Server::builder().data(&folder)).await;
    assert_eq!(api.describe(&good).await["output"], "{\"amount\":100001}");
    assert_eq!(api.describe(&asleep).await["status"], "RUNNING");
    let apart: Vec<String> = api.0.quarantined().iter().map(ToString::to_string).collect();
    assert_eq!(apart, [format!("{bad}: its bytes were altered")]);
    let (status, refused) = api.send("DescribeExecution", &json!({"executionArn": bad})).await;
    assert_eq!(status, 500, "{refused}");
    api.0.shutdown().await;
    let report = workflow_server::Store::open(&folder).unwrap().check(Server::builder()).unwrap();
    assert!(report.damaged.len() >= 3 && report.diverged.is_empty(), "{report:?}");
    let moved = workflow_server::Store::open(&folder).unwrap().repair().unwrap();
    assert_eq!(moved.len(), report.damaged.len() - 1);
    let api = Api::with(Server::builder().data(&folder)).await;
    assert_eq!(api.0.quarantined(), []);
    // The name is free again.
    let again = json!({"stateMachineArn": pass, "name": bad.rsplit(':').next().unwrap()});
    assert_eq!(api.ok("StartExecution", again).await["executionArn"], bad);
}

#[tokio::test]
async fn a_file_that_is_no_whole_store_is_refused_and_left_as_it_is() {
    let folder = folder("cut");
    let api = Api::with(Server::builder().data(&folder)).await;
    let pass = api.machine("P", &json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}})).await;
    api.ended(&api.start(&pass, &json!({})).await).await;
    api.0.shutdown().await;
    let file = folder.join("workflow.redb");
    let whole = std::fs::read(&file).unwrap();
    for (bytes, why) in [
        (&whole[..whole.len() * 6 / 10], "the file is damaged: it has"),
        (&whole[..1000], "the file is damaged: it has"),
        (&[][..], "the file is empty"),
        (b"some text, which is longer than a header", "the file is not a database of this server"),
    ] {
        std::fs::write(&file, bytes).unwrap();
        let refused = Server::builder().data(&folder).bind("127.0.0.1:0").await.unwrap_err().to_string();
        assert!(refused.contains(why), "{refused}");
        assert_eq!(std::fs::read(&file).unwrap(), bytes);
    }
}

#[tokio::test]
async fn a_reset_removes_everything_and_the_store_does_not_grow() {
    let folder = folder("reset");
    let api = Api::with(Server::builder().data(&folder)).await;
    let pass = api.machine("P", &json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}})).await;
    for _ in 0..300 {
        api.start(&pass, &json!({"pad": "x".repeat(2000)})).await;
    }
    api.ok("ListStateMachines", json!({})).await;
    let size = || std::fs::metadata(folder.join("workflow.redb")).unwrap().len();
    let before = size();
    api.0.reset();
    assert_eq!(api.ok("ListStateMachines", json!({})).await["stateMachines"], json!([]));
    assert!(size() <= before, "{before} bytes, then {}", size());
    api.0.shutdown().await;
    let api = Api::with(Server::builder().data(&folder)).await;
    assert_eq!(api.ok("ListStateMachines", json!({})).await["stateMachines"], json!([]));
}
