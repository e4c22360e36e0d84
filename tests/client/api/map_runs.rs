//! Tests map runs: described, listed and changed while they run.

use serde_json::{Value, json};
use workflow_server::Server;

use super::{Api, one, text};

fn map(child: Value, more: Value) -> Value {
    let mut state = json!({
        "Type": "Map", "Label": "Each", "End": true, "ItemsPath": "$.items",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "B", "States": {"B": child},
        },
    });
    state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    one(state)
}

/// Returns the ARN of the only map run of an execution.
async fn map_run(api: &Api, execution: &str) -> String {
    let started = api.event(execution, "MapRunStarted").await;
    text(&started["mapRunStartedEventDetails"]["mapRunArn"])
}

async fn children(api: &Api, map_run: &str, more: Value) -> Vec<Value> {
    let mut body = more;
    body["mapRunArn"] = json!(map_run);
    api.ok("ListExecutions", body).await["executions"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_map_run_that_has_ended_is_described_with_its_children() {
    let api = Api::new().await;
    let machine = api.machine("M", &map(json!({"Type": "Pass", "End": true}), json!({"MaxConcurrency": 2}))).await;
    let execution = api.start(&machine, &json!({"items": [1, 2, 3]})).await;
    assert_eq!(api.ended(&execution).await["output"], "[1,2,3]");
    let arn = map_run(&api, &execution).await;
    assert!(arn.starts_with(&machine.replace(":stateMachine:", ":mapRun:").replace(":M", ":M/Each:")), "{arn}");
    let described = api.ok("DescribeMapRun", json!({"mapRunArn": arn})).await;
    assert_eq!((&described["status"], &described["executionArn"]), (&json!("SUCCEEDED"), &json!(execution)));
    assert_eq!((&described["maxConcurrency"], &described["redriveCount"]), (&json!(2), &json!(0)));
    assert!(described["stopDate"].is_number());
    for counts in ["itemCounts", "executionCounts"] {
        let counts = &described[counts];
        assert_eq!((&counts["total"], &counts["succeeded"], &counts["pending"]), (&json!(3), &json!(3), &json!(0)));
    }
    let runs = api.ok("ListMapRuns", json!({"executionArn": execution})).await;
    assert_eq!(runs["mapRuns"][0]["mapRunArn"], json!(arn));
    assert_eq!(runs["mapRuns"][0]["stateMachineArn"], json!(format!("{machine}/Each")));

    let list = children(&api, &arn, json!({})).await;
    assert_eq!(list.len(), 3);
    let child = text(&list[0]["executionArn"]);
    assert!(child.contains(":execution:M/Each:"), "{child}");
    assert_eq!((&list[0]["mapRunArn"], &list[0]["stateMachineArn"]), (&json!(arn), &json!(format!("{machine}/Each"))));
    let described = api.describe(&child).await;
    assert_eq!(
        (&described["input"], &described["output"], &described["mapRunArn"]),
        (&json!("3"), &json!("3"), &json!(arn))
    );
    assert_eq!(
        api.events(&child).await,
        ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]
    );
    let of = api.ok("DescribeStateMachineForExecution", json!({"executionArn": child})).await;
    assert_eq!((&of["mapRunArn"], &of["label"]), (&json!(arn), &json!("Each")));
    assert!(text(&of["definition"]).contains("\"B\""), "{of}");
    assert!(!text(&of["definition"]).contains("ItemsPath"), "{of}");

    let change = json!({"mapRunArn": arn, "maxConcurrency": 5});
    let (status, refused) = api.send("UpdateMapRun", &change).await;
    assert_eq!((status, &refused["reason"]), (400, &json!("CANNOT_UPDATE_COMPLETED_MAP_RUN")));
    for absent in [format!("{arn}0"), arn.replace("Each", "Other")] {
        assert_eq!(api.refused("DescribeMapRun", json!({"mapRunArn": absent})).await.1, "ResourceNotFound");
    }
    assert_eq!(
        api.refused("DescribeExecution", json!({"executionArn": format!("{child}0")})).await.1,
        "ExecutionDoesNotExist"
    );
}

#[tokio::test]
async fn a_map_run_takes_another_concurrency_and_tolerance_while_it_runs() {
    let api = Api::new().await;
    let wait = json!({"Type": "Wait", "Seconds": 600, "End": true});
    let machine = api.machine("M", &map(wait, json!({"MaxConcurrency": 1}))).await;
    let execution = api.start(&machine, &json!({"items": [1, 2, 3, 4]})).await;
    let arn = map_run(&api, &execution).await;
    let running = async |expected: usize| {
        for _ in 0..1000 {
            let described = api.ok("DescribeMapRun", json!({"mapRunArn": arn})).await;
            if described["executionCounts"]["running"] == expected {
                return described;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("never {expected}");
    };
    assert_eq!(running(1).await["executionCounts"]["pending"], 3);
    api.ok("UpdateMapRun", json!({"mapRunArn": arn, "maxConcurrency": 3})).await;
    let described = running(3).await;
    assert_eq!((&described["maxConcurrency"], &described["executionCounts"]["pending"]), (&json!(3), &json!(1)));
    assert_eq!(children(&api, &arn, json!({"statusFilter": "RUNNING"})).await.len(), 3);

    // One child may fail; the second failure is too many.
    api.ok("UpdateMapRun", json!({"mapRunArn": arn, "toleratedFailureCount": 1})).await;
    let list = children(&api, &arn, json!({})).await;
    api.ok("StopExecution", json!({"executionArn": list[0]["executionArn"], "error": "E"})).await;
    assert_eq!(api.describe(&execution).await["status"], "RUNNING");
    assert_eq!(children(&api, &arn, json!({"statusFilter": "ABORTED"})).await.len(), 1);
    api.ok("UpdateMapRun", json!({"mapRunArn": arn, "toleratedFailureCount": 0})).await;
    let described = api.ended(&execution).await;
    assert_eq!(described["error"], "States.ExceedToleratedFailureThreshold");
    let described = api.ok("DescribeMapRun", json!({"mapRunArn": arn})).await;
    assert_eq!((&described["status"], &described["executionCounts"]["running"]), (&json!("FAILED"), &json!(0)));
    assert_eq!(described["executionCounts"]["aborted"], 4);
    for (change, code) in
        [(json!({}), "ValidationException"), (json!({"toleratedFailurePercentage": 101}), "ValidationException")]
    {
        let mut body = change;
        body["mapRunArn"] = json!(arn);
        assert_eq!(api.refused("UpdateMapRun", body).await.1, code);
    }
}

#[tokio::test]
async fn a_child_has_the_map_runs_that_it_started() {
    let api = Api::new().await;
    let inner = json!({
        "Type": "Map", "Label": "Inner", "End": true, "ItemsPath": "$",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "C",
            "States": {"C": {"Type": "Pass", "End": true}},
        },
    });
    let machine = api.machine("M", &map(inner, json!({}))).await;
    let execution = api.start(&machine, &json!({"items": [[1], [2, 3]]})).await;
    assert_eq!(api.ended(&execution).await["output"], "[[1],[2,3]]");
    let list = async |execution: &str| {
        let listed = api.ok("ListMapRuns", json!({"executionArn": execution})).await["mapRuns"].clone();
        listed.as_array().unwrap().iter().map(|run| (text(&run["mapRunArn"]), text(&run["executionArn"]))).collect()
    };
    let of_parent: Vec<_> = list(&execution).await;
    assert_eq!(of_parent, [(map_run(&api, &execution).await, execution.clone())]);
    let children = children(&api, &of_parent[0].0, json!({})).await;
    assert_eq!(children.len(), 2);
    for child in children {
        let child = text(&child["executionArn"]);
        let of_child: Vec<_> = list(&child).await;
        assert_eq!(of_child, [(map_run(&api, &child).await, child.clone())]);
        let described = api.ok("DescribeMapRun", json!({"mapRunArn": of_child[0].0})).await;
        assert_eq!(described["executionArn"], json!(child));
    }
}

#[tokio::test]
async fn what_is_stopped_stops_its_map_runs() {
    let api = Api::with(Server::builder()).await;
    let wait = json!({"Type": "Wait", "Seconds": 600, "End": true});
    let machine = api.machine("M", &map(wait, json!({}))).await;
    let execution = api.start(&machine, &json!({"items": [1, 2]})).await;
    let arn = map_run(&api, &execution).await;
    api.ok("StopExecution", json!({"executionArn": execution})).await;
    let described = api.ok("DescribeMapRun", json!({"mapRunArn": arn})).await;
    assert_eq!((&described["status"], &described["executionCounts"]["aborted"]), (&json!("ABORTED"), &json!(2)));
}
