//! Tests observing and controlling running executions with the client.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use workflow_local::{Clock, TaskError};
use workflow_runtime::aws_sdk_sfn;
use workflow_runtime::aws_sdk_sfn::types::MapRunStatus;
use workflow_runtime::client::Status;
use workflow_runtime::client::{Client, Error, Progress, StateMachine, Untyped};
use workflow_server::{Builder, Server};

use crate::client::made::{Answer, Made, error};
use crate::client::scenario::QUICK;
use crate::client::workflows::{Broken, Calls, Quick, Sleep, role, serve};

const MACHINE: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:Sleep";

/// Returns a server, and a state machine on it.
async fn machine(builder: Builder, definition: Value) -> (Server, StateMachine<Untyped>) {
    let server = serve(builder).await;
    let client = Client::<Untyped>::new(aws_sdk_sfn::Client::from_conf(server.sfn_config()));
    let deployed = client.deploy_document(&role(), "machine", &definition.to_string()).await.unwrap();
    (server, deployed.machine)
}

fn sleeps() -> Value {
    json!({"StartAt": "Nap", "States": {"Nap": {"Type": "Wait", "Seconds": 3600, "End": true}}})
}

#[tokio::test]
async fn executions_are_listed_by_status_name_and_time() {
    let (_server, machine) = machine(Server::builder(), sleeps()).await;
    for name in ["a-1", "a-2", "b-1"] {
        machine.start_named(name, &json!({})).await.unwrap();
    }
    let stopped = machine.start_named("b-2", &json!({})).await.unwrap();
    stopped.stop(None, None).await.unwrap();
    let names = async |executions: workflow_runtime::client::Executions<Untyped>| {
        let found = executions.list().collect().await.unwrap();
        found.iter().map(|execution| execution.name().to_owned()).collect::<Vec<_>>()
    };
    let all = || machine.executions();
    assert_eq!(names(all()).await, ["b-2", "b-1", "a-2", "a-1"]);
    assert_eq!(names(all().status(Status::Aborted)).await, ["b-2"]);
    let several = all().status(Status::Aborted).status(Status::Running);
    assert_eq!(names(several).await, ["b-2", "b-1", "a-2", "a-1"]);
    assert_eq!(names(all().named("a-")).await, ["a-2", "a-1"]);
    assert_eq!(names(all().redriven(true)).await, [""; 0]);
    let now = SystemTime::now();
    assert_eq!(names(all().started_after(now + Duration::from_secs(60))).await, [""; 0]);
    assert_eq!(names(all().started_before(now - Duration::from_secs(60))).await, [""; 0]);
    assert_eq!(names(all().started_after(now - Duration::from_secs(60))).await.len(), 4);
    let listed = Client::<Untyped>::new(machine.sfn().clone()).machines().collect().await.unwrap();
    assert_eq!(listed.iter().map(|machine| machine.name.as_str()).collect::<Vec<_>>(), ["machine"]);
}

#[tokio::test]
async fn ten_thousand_executions_come_in_pages_and_no_page_is_asked_for_in_vain() {
    let made = Made::new(|asked| {
        let from: usize = asked.body["nextToken"].as_str().map_or(0, |token| token.parse().unwrap());
        let to = (from + 1000).min(10_000);
        let item = |n: usize| {
            json!({
                "executionArn": format!("arn:aws:states:us-east-1:1:execution:Sleep:e{n}"), "name": format!("e{n}"),
                "stateMachineArn": MACHINE, "status": "RUNNING", "startDate": 20_000 - n
            })
        };
        let next = (to < 10_000).then(|| to.to_string());
        Answer::Json(200, json!({"executions": (from..to).map(item).collect::<Vec<_>>(), "nextToken": next}))
    });
    let machine = Client::<Sleep>::new(made.sfn()).attach(MACHINE);
    let mut executions = machine.executions().list();
    for n in 0..1500 {
        assert_eq!(executions.next().await.unwrap().unwrap().name(), format!("e{n}"));
    }
    assert_eq!(made.asked().len(), 2);
    assert_eq!(executions.collect().await.unwrap().len(), 8500);
    assert_eq!(made.asked().len(), 10);
    // The newest come first: older pages contain nothing newer.
    let newer = SystemTime::UNIX_EPOCH + Duration::from_secs(18_001);
    assert_eq!(machine.executions().started_after(newer).list().collect().await.unwrap().len(), 2000);
    assert!(made.asked().len() <= 13, "{}", made.asked().len());
}

#[tokio::test]
async fn an_error_in_the_middle_of_a_listing_is_told_and_the_page_asked_for_again() {
    let made = Made::new(|asked| match (asked.number, asked.body["nextToken"].as_str()) {
        (0, None) => Answer::Json(200, json!({"executions": [], "nextToken": "2"})),
        (1, Some("2")) => error(400, "ExpiredTokenException", "the security token has expired"),
        (2, Some("2")) => Answer::Lost,
        (_, Some("2")) => Answer::Json(200, json!({"executions": []})),
        other => panic!("{other:?}"),
    });
    let mut executions = Client::<Sleep>::new(made.sfn_once()).attach(MACHINE).executions().list();
    assert_eq!(executions.next().await.unwrap_err().refusal().unwrap().code, "ExpiredTokenException");
    assert!(matches!(executions.next().await, Err(Error::NoAnswer { .. })));
    assert!(executions.next().await.unwrap().is_none());
}

#[tokio::test]
async fn many_are_stopped_and_redriven_after_a_dry_run() {
    let (_server, machine) = machine(Server::builder(), sleeps()).await;
    for n in 0..30 {
        machine.start_named(&format!("nightly-{n}"), &json!({})).await.unwrap();
    }
    machine.start_named("mine", &json!({})).await.unwrap();
    let nightly = machine.executions().named("nightly-");
    let dry = nightly.clone().stop_all().dry_run().await.unwrap();
    assert_eq!((dry.matched.len(), dry.done.len(), dry.failed.len()), (30, 0, 0));
    let running = async || machine.executions().status(Status::Running).list().collect().await.unwrap().len();
    assert_eq!(running().await, 31);
    let stopped = nightly.clone().stop_all().because("Enough", "a new night").await.unwrap();
    assert_eq!((stopped.matched.len(), stopped.done.len(), stopped.failed.len()), (30, 30, 0));
    assert_eq!(running().await, 1);
    let one = stopped.matched[0].execution().describe().await.unwrap();
    assert_eq!((one.error(), one.cause()), (Some("Enough"), Some("a new night")));

    let redriven = nightly.redrive_all().await.unwrap();
    assert_eq!((redriven.done.len(), redriven.failed.len()), (30, 0));
    assert_eq!(running().await, 31);
    assert_eq!(machine.executions().redriven(true).list().collect().await.unwrap().len(), 30);
}

#[tokio::test]
async fn what_cannot_be_redriven_is_told_of_each() {
    let made = Made::new(|asked| match (&*asked.operation, asked.body["statusFilter"].as_str()) {
        ("ListExecutions", Some("FAILED")) => Answer::Json(
            200,
            json!({"executions": (0..3).map(|n| json!({
                "executionArn": format!("arn:aws:states:us-east-1:1:execution:Sleep:e{n}"), "name": format!("e{n}"),
                "stateMachineArn": MACHINE, "status": "FAILED", "startDate": 1
            })).collect::<Vec<_>>()}),
        ),
        ("ListExecutions", _) => Answer::Json(200, json!({"executions": []})),
        ("RedriveExecution", _) if asked.body["executionArn"].as_str().unwrap().ends_with("e1") => {
            error(400, "ExecutionNotRedrivable", "too old")
        }
        ("RedriveExecution", _) => Answer::Json(200, json!({"redriveDate": 2})),
        other => panic!("{other:?}"),
    });
    let machine = Client::<Sleep>::new(made.sfn_once()).attach(MACHINE);
    let outcome = machine.executions().redrive_all().await.unwrap();
    assert_eq!((outcome.matched.len(), outcome.done.len()), (3, 2));
    let [(arn, error)] = &*outcome.failed else { panic!("{outcome:?}") };
    assert!(arn.as_str().ends_with(":e1") && error.to_string().contains("ExecutionNotRedrivable: too old"), "{error}");
}

#[tokio::test]
async fn an_execution_is_described_with_the_definition_that_it_runs_on() {
    let (_server, machine) = machine(Server::builder(), sleeps()).await;
    let execution = machine.start(&json!({})).await.unwrap();
    let newer = r#"{"StartAt":"New","States":{"New":{"Type":"Succeed"}}}"#;
    let client = Client::<Untyped>::new(machine.sfn().clone());
    client.deploy_document(&role(), "machine", newer).await.unwrap();
    let runs_on = execution.describe_machine().await.unwrap();
    assert!(runs_on.definition().contains("Nap") && runs_on.role_arn() == role().as_str());
    assert!(machine.describe().await.unwrap().definition().contains("New"));
}

#[tokio::test]
async fn a_history_is_read_either_way_and_as_a_stream() {
    let (_server, machine) = machine(Server::builder(), sleeps()).await;
    let execution = machine.start(&json!({"secret": 1})).await.unwrap();
    execution.stop(None, None).await.unwrap();
    let events = execution.history().newest_first().without_data().collect().await.unwrap();
    let kinds: Vec<_> = events.iter().map(|event| event.kind().to_owned()).collect();
    assert_eq!(kinds, ["ExecutionAborted", "WaitStateEntered", "ExecutionStarted"]);
    assert_eq!(events[1].input(), None);
    let mut history = std::pin::pin!(execution.history());
    let mut ids = Vec::new();
    while let Some(event) =
        std::future::poll_fn(|context| futures_core::Stream::poll_next(history.as_mut(), context)).await
    {
        ids.push(event.unwrap().id());
    }
    assert_eq!(ids, [1, 2, 3]);
}

#[tokio::test]
async fn an_error_names_the_state_that_failed_and_the_page_of_the_console() {
    let server = serve(Server::builder().clock(Clock::Virtual).on_lambda("double", |n: i64| match n {
        13 => Err(TaskError::new("Unlucky").with_cause("thirteen")),
        n => Ok(n * 2),
    }))
    .await;
    let sfn = aws_sdk_sfn::Client::from_conf(server.sfn_config());
    let broken = Client::<Broken>::new(sfn.clone()).deploy(&role()).await.unwrap().machine;
    let execution = broken.start(&json!({})).await.unwrap();
    let error = execution.wait_with(QUICK).await.unwrap_err();
    let page = execution.console().unwrap();
    assert_eq!(error.to_string(), format!("the execution failed in the state `No`: Nope\nsee {page}"));
    assert!(matches!(&error, Error::Failed { cause: Some(cause), .. } if &**cause == "because"));

    // A task inside a map, more than ten thousand events back.
    let calls = Client::<Calls>::new(sfn).deploy(&role()).await.unwrap().machine;
    let items: Vec<i64> = (0..2000).map(|n| if n == 0 { 13 } else { n + 100 }).collect();
    let execution = calls.start(&json!(items)).await.unwrap();
    let error = execution.wait_with(QUICK).await.unwrap_err();
    assert!(error.to_string().starts_with("the execution failed in the state `Double`: Unlucky\n"), "{error}");
}

#[tokio::test]
async fn a_state_that_failed_ten_thousand_events_ago_is_found() {
    // The newest event refers to one of the first.
    let made = Made::new(|asked| match &*asked.operation {
        "DescribeExecution" => Answer::Json(
            200,
            json!({
                "executionArn": "arn:aws:states:us-east-1:1:execution:Sleep:e", "stateMachineArn": MACHINE,
                "startDate": 1, "stopDate": 2, "status": "FAILED", "error": "Boom"
            }),
        ),
        "GetExecutionHistory" => {
            assert_eq!(
                (&asked.body["reverseOrder"], &asked.body["includeExecutionData"]),
                (&json!(true), &json!(false))
            );
            let from: i64 = asked.body["nextToken"].as_str().map_or(12_000, |token| token.parse().unwrap());
            let event = |id: i64| match id {
                12_000 => json!({"id": id, "previousEventId": 4, "timestamp": 1, "type": "ExecutionFailed"}),
                4 => json!({"id": id, "previousEventId": 3, "timestamp": 1, "type": "TaskFailed"}),
                3 => json!({"id": id, "previousEventId": 2, "timestamp": 1, "type": "TaskScheduled"}),
                2 => json!({"id": id, "previousEventId": 1, "timestamp": 1, "type": "TaskStateEntered",
                    "stateEnteredEventDetails": {"name": "Charge"}}),
                id => json!({"id": id, "previousEventId": id - 1, "timestamp": 1, "type": "PassStateEntered",
                    "stateEnteredEventDetails": {"name": "Other"}}),
            };
            let to = (from - 1000).max(0);
            let events: Vec<_> = (to + 1..=from).rev().map(event).collect();
            Answer::Json(200, json!({"events": events, "nextToken": (to > 0).then(|| to.to_string())}))
        }
        other => panic!("{other}"),
    });
    let execution = Client::<Sleep>::new(made.sfn()).execution("arn:aws:states:us-east-1:1:execution:Sleep:e");
    let error = execution.wait().await.unwrap_err();
    assert!(error.to_string().starts_with("the execution failed in the state `Charge`: Boom\nsee https://"), "{error}");
    assert_eq!(made.asked().len(), 13);
}

#[tokio::test]
async fn progress_tells_states_retries_and_map_runs() {
    let tries = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&tries);
    let builder = Server::builder().on_lambda("busy", move |_: Value| {
        let mut tries = counted.lock().unwrap();
        *tries += 1;
        if *tries < 3 { Err(TaskError::new("Busy")) } else { Ok(json!([1, 2, 3])) }
    });
    let definition = json!({"StartAt": "Ask", "States": {
        "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "busy", "Payload": {}}, "OutputPath": "$.Payload",
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "BackoffRate": 1.0}], "Next": "Each"},
        "Each": {"Type": "Map", "End": true, "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Echo",
            "States": {"Echo": {"Type": "Pass", "End": true}}}}
    }});
    let (_server, machine) = machine(builder, definition).await;
    let execution = machine.start(&json!({})).await.unwrap();
    let seen: Arc<Mutex<Vec<Progress>>> = Arc::default();
    let report = Arc::clone(&seen);
    let wait = execution.wait_with(QUICK).on_progress(move |progress| report.lock().unwrap().push(progress.clone()));
    assert_eq!(wait.await.unwrap(), json!([1, 2, 3]));
    let seen = seen.lock().unwrap().clone();
    let (first, last) = (seen.first().unwrap(), seen.last().unwrap());
    assert_eq!((first.state.as_deref(), first.entered), (Some("Ask"), 1));
    assert_eq!((last.state.as_deref(), last.entered, last.retries), (Some("Each"), 2, 2));
    assert_eq!((last.map_runs[0].total, last.map_runs[0].succeeded, last.map_runs[0].failed), (3, 3, 0));
    assert!(seen.windows(2).all(|two| two[0].events <= two[1].events));

    let map_runs = execution.map_runs().collect().await.unwrap();
    assert_eq!(map_runs.len(), 1);
    assert_eq!(map_runs[0].describe().await.unwrap().status(), &MapRunStatus::Succeeded);
    let children = map_runs[0].children().list().collect().await.unwrap();
    assert_eq!(children.len(), 3);
    let child = children[0].execution().describe().await.unwrap();
    assert_eq!(child.sdk().map_run_arn(), Some(map_runs[0].arn().as_str()));
}

#[tokio::test]
async fn an_express_execution_tells_its_arn_and_what_is_billed() {
    let server = serve(Server::builder()).await;
    let sfn = aws_sdk_sfn::Client::from_conf(server.sfn_config());
    let machine = Client::<Quick>::new(sfn).deploy(&role()).await.unwrap().machine;
    let ran = machine.execute(&json!({"name": "Ada"})).await.unwrap();
    assert_eq!(ran.output().unwrap().words, "Hi Ada");
    assert!(ran.arn().as_str().starts_with("arn:aws:states:us-east-1:123456789012:express:Quick:"), "{}", ran.arn());
    let billing = ran.billing().unwrap();
    assert_eq!((billing.duration.as_millis() % 100, billing.memory_mb % 64), (0, 0));
    let failed = machine.execute(&Value::Null).await.unwrap();
    assert!(matches!(failed.output(), Err(Error::Failed { console: Some(_), .. })));
}
