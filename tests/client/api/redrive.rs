//! Tests redrives: executions that continue from where they failed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use workflow_local::TaskError;
use workflow_server::Server;

use super::{Api, one, text};

/// Returns a server whose function `f` fails a given number of times for each input, and a count of its calls.
async fn failing(times: usize) -> (Api, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let seen = Arc::new(std::sync::Mutex::new(std::collections::BTreeMap::<String, usize>::new()));
    let counted = Arc::clone(&calls);
    let function = move |input: Value| {
        counted.fetch_add(1, Ordering::SeqCst);
        let mut seen = seen.lock().unwrap();
        let failed = seen.entry(input.to_string()).or_default();
        if input != json!("good") && *failed < times {
            *failed += 1;
            return Err(TaskError::new("Broken"));
        }
        Ok(input)
    };
    (Api::with(Server::builder().on_lambda("f", function)).await, calls)
}

fn call(next: Option<&str>) -> Value {
    let mut state = json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f"});
    match next {
        Some(next) => state["Next"] = json!(next),
        None => state["End"] = json!(true),
    }
    state
}

async fn redrive(api: &Api, execution: &str) {
    let redriven = api.ok("RedriveExecution", json!({"executionArn": execution})).await;
    assert!(redriven["redriveDate"].is_number());
}

#[tokio::test]
async fn a_redriven_execution_does_not_repeat_what_succeeded() {
    let (api, calls) = failing(1).await;
    let machine = api.machine("M", &json!({
        "StartAt": "First",
        "States": {
            "First": {"Type": "Pass", "Assign": {"kept": 7}, "Next": "Call"},
            "Call": call(Some("Last")),
            "Last": {"Type": "Pass", "Parameters": {"of.$": "$", "kept.$": "$kept", "redrives.$": "$$.Execution.RedriveCount"}, "End": true},
        },
    })).await;
    let execution = api.start(&machine, &json!("x")).await;
    let described = api.ended(&execution).await;
    assert_eq!(
        (&described["status"], &described["redriveStatus"], &described["redriveCount"]),
        (&json!("FAILED"), &json!("REDRIVABLE"), &json!(0))
    );
    // The old definition is kept.
    let update = json!({"stateMachineArn": machine, "definition": one(json!({"Type": "Fail"})).to_string()});
    api.ok("UpdateStateMachine", update).await;
    redrive(&api, &execution).await;
    let described = api.ended(&execution).await;
    assert_eq!(described["status"], "SUCCEEDED", "{described}");
    assert_eq!(described["output"], "{\"of\":\"x\",\"redrives\":1,\"kept\":7}");
    assert_eq!((&described["redriveCount"], &described["redriveStatus"]), (&json!(1), &json!("NOT_REDRIVABLE")));
    assert!(described["redriveDate"].is_number());
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    let events = api.events(&execution).await;
    assert_eq!(
        events,
        [
            "ExecutionStarted",
            "PassStateEntered",
            "PassStateExited",
            "TaskStateEntered",
            "LambdaFunctionScheduled",
            "LambdaFunctionStarted",
            "LambdaFunctionFailed",
            "ExecutionFailed",
            "ExecutionRedriven",
            "LambdaFunctionScheduled",
            "LambdaFunctionStarted",
            "LambdaFunctionSucceeded",
            "TaskStateExited",
            "PassStateEntered",
            "PassStateExited",
            "ExecutionSucceeded",
        ]
    );
    let details = &api.event(&execution, "ExecutionRedriven").await["executionRedrivenEventDetails"];
    assert_eq!(*details, json!({"redriveCount": 1}));
    let refused = api.refused("RedriveExecution", json!({"executionArn": execution})).await;
    assert_eq!((&*refused.1, &*refused.2), ("ExecutionNotRedrivable", "Execution is SUCCEEDED and cannot be redriven"));
}

#[tokio::test]
async fn branches_and_iterations_that_succeeded_are_not_repeated() {
    let (api, calls) = failing(1).await;
    // `bad` waits, so that `good` has succeeded when it fails.
    let branch = |input: &str, seconds: u64| {
        let wait = format!("Wait for {input}");
        json!({
            "StartAt": wait,
            "States": {
                wait: {"Type": "Wait", "Seconds": seconds, "Next": input},
                input: {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f", "Payload": input}, "OutputPath": "$.Payload", "End": true},
            },
        })
    };
    let machine = api.machine("M", &json!({
        "StartAt": "Both",
        "States": {
            "Both": {"Type": "Parallel", "Branches": [branch("good", 0), branch("bad", 1)], "Next": "Each"},
            "Each": {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": {"StartAt": "Call", "States": {"Call": call(None)}}, "End": true},
        },
    })).await;
    let execution = api.start(&machine, &json!({})).await;
    assert_eq!(api.ended(&execution).await["status"], "FAILED");
    redrive(&api, &execution).await;
    let described = api.ended(&execution).await;
    assert_eq!(
        (&described["status"], &described["output"]),
        (&json!("SUCCEEDED"), &json!("[\"good\",\"bad\"]")),
        "{described}"
    );
    // Two branches, the second one twice, then two items, of which `bad` has failed before.
    assert_eq!(calls.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn iterations_that_were_not_started_follow_a_redrive() {
    let (api, calls) = failing(1).await;
    let machine = api.machine("M", &one(json!({
        "Type": "Map", "MaxConcurrency": 1, "ItemProcessor": {"StartAt": "Call", "States": {"Call": call(None)}}, "End": true,
    }))).await;
    let execution = api.start(&machine, &json!([1, 2, 3])).await;
    for redrives in 1..=3 {
        assert_eq!(api.ended(&execution).await["status"], "FAILED");
        redrive(&api, &execution).await;
        let _ = redrives;
    }
    let described = api.ended(&execution).await;
    assert_eq!((&described["output"], &described["redriveCount"]), (&json!("[1,2,3]"), &json!(3)));
    assert_eq!(calls.load(Ordering::SeqCst), 6);
}

#[tokio::test]
async fn executions_that_were_stopped_or_timed_out_go_on() {
    let (api, _) = failing(0).await;
    let wait = json!({"TimeoutSeconds": 1, "StartAt": "A", "States": {
        "A": {"Type": "Wait", "TimestampPath": "$.until", "Next": "B"}, "B": {"Type": "Succeed"},
    }});
    let machine = api.machine("M", &wait).await;
    let execution = api.start(&machine, &json!({"until": "2999-01-01T00:00:00Z"})).await;
    let described = api.ended(&execution).await;
    // A wait that is too long fails. Here either a timeout or that failure is expected, and a redrive of it.
    assert_ne!(described["status"], "SUCCEEDED");
    redrive(&api, &execution).await;
    assert_eq!(api.ended(&execution).await["status"], described["status"]);

    let machine = api
        .machine(
            "S",
            &json!({"StartAt": "A", "States": {
                "A": {"Type": "Wait", "Seconds": 1, "Next": "B"}, "B": {"Type": "Succeed"},
            }}),
        )
        .await;
    let execution = api.start(&machine, &json!({})).await;
    api.ok("StopExecution", json!({"executionArn": execution})).await;
    assert_eq!(api.describe(&execution).await["redriveStatus"], "REDRIVABLE");
    redrive(&api, &execution).await;
    assert_eq!(
        api.refused("RedriveExecution", json!({"executionArn": execution})).await.2,
        "Execution is RUNNING and cannot be redriven"
    );
    assert_eq!(api.ended(&execution).await["status"], "SUCCEEDED");
}

#[tokio::test]
async fn a_clients_token_redrives_once() {
    let (api, calls) = failing(9).await;
    let machine = api.machine("M", &one(call(None))).await;
    let execution = api.start(&machine, &json!(1)).await;
    api.ended(&execution).await;
    let body = json!({"executionArn": execution, "clientToken": "t"});
    let first = api.ok("RedriveExecution", body.clone()).await;
    api.until(&execution, |described| described["status"] == "FAILED" && described["redriveCount"] == 1).await;
    assert_eq!(api.ok("RedriveExecution", body).await, first);
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    let refused = api.refused("RedriveExecution", json!({"executionArn": execution, "clientToken": "a b"})).await;
    assert_eq!(refused.1, "ValidationException");
}

#[tokio::test]
async fn a_map_run_goes_on_with_the_children_that_failed() {
    for kind in ["STANDARD", "EXPRESS"] {
        let (api, calls) = failing(1).await;
        let machine = api
            .machine(
                "M",
                &one(json!({
                    "Type": "Map", "Label": "Each", "MaxConcurrency": 1, "ToleratedFailurePercentage": 50, "End": true,
                    "ItemProcessor": {
                        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind},
                        "StartAt": "Before", "States": {"Before": {"Type": "Pass", "Next": "Call"}, "Call": call(None)},
                    },
                })),
            )
            .await;
        let execution = api.start(&machine, &json!(["good", "bad", "worse"])).await;
        let described = api.ended(&execution).await;
        assert_eq!(described["error"], "States.ExceedToleratedFailureThreshold", "{described}");
        let started = api.event(&execution, "MapRunStarted").await;
        let map_run = text(&started["mapRunStartedEventDetails"]["mapRunArn"]);
        let list = api.ok("ListExecutions", json!({"mapRunArn": map_run, "statusFilter": "FAILED"})).await;
        let failed = text(&list["executions"][0]["executionArn"]);
        assert_eq!(api.describe(&failed).await["redriveStatus"], "REDRIVABLE_BY_MAP_RUN");
        redrive(&api, &execution).await;
        let described = api.ended(&execution).await;
        assert_eq!(described["output"], "[\"good\",\"bad\",\"worse\"]", "{kind} {described}");
        assert_eq!(calls.load(Ordering::SeqCst), 5);
        let described = api.ok("DescribeMapRun", json!({"mapRunArn": map_run})).await;
        assert_eq!((&described["status"], &described["redriveCount"]), (&json!("SUCCEEDED"), &json!(1)));
        assert_eq!(api.event(&execution, "MapRunRedriven").await["mapRunRedrivenEventDetails"]["redriveCount"], 1);
        let again = api.ok("ListExecutions", json!({"mapRunArn": map_run, "redriveFilter": "REDRIVEN"})).await;
        assert_eq!(again["executions"].as_array().unwrap().len(), 2);
        let events = api.events(&failed).await;
        let redriven = events.iter().any(|event| event == "ExecutionRedriven");
        assert_eq!(redriven, kind == "STANDARD", "{events:?}");
    }
}
