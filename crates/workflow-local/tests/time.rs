//! Tests waits, retries, backoff, timeouts and heartbeats in virtual and real time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant as StdInstant};

use serde_json::{Value, json};
use workflow_local::{Answers, Clock, Engine, EventType, Execution, Status, TaskError, TaskRequest};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:work";

/// Returns a machine with one task that has these further fields.
fn task(fields: Value) -> Value {
    let mut state = json!({ "Type": "Task", "Resource": FUNCTION, "End": true });
    for (name, value) in fields.as_object().expect("fields are an object") {
        state[name] = value.clone();
    }
    json!({ "StartAt": "Work", "States": { "Work": state, "Caught": { "Type": "Pass", "End": true } } })
}

/// Returns the same without the state that only a catcher reaches.
fn task_alone(fields: Value) -> Value {
    let mut machine = task(fields);
    machine["States"].as_object_mut().expect("states").shift_remove("Caught");
    machine
}

/// Seconds from the start at which events of a type happened.
fn seconds(execution: &Execution, kind: EventType) -> Vec<f64> {
    let events = execution.history().iter().filter(|event| event.kind == kind);
    events.map(|event| execution.started_at().until(event.timestamp).as_secs_f64()).collect()
}

#[test]
fn a_wait_of_thirty_days_takes_no_time() {
    let engine = Engine::new(&json!({
        "StartAt": "Rest",
        "States": { "Rest": { "Type": "Wait", "Seconds": 2_592_000, "End": true } }
    }))
    .unwrap();
    let began = StdInstant::now();
    let execution = engine.run(&json!({"kept": true})).unwrap();
    assert!(began.elapsed() < Duration::from_secs(1));
    assert_eq!(execution.status(), Status::Succeeded);
    assert_eq!(**execution.output().unwrap(), json!({"kept": true}));
    assert_eq!(seconds(&execution, EventType::WaitStateExited), [2_592_000.0]);
}

#[test]
fn retries_back_off_as_the_retrier_says() {
    let machine = task_alone(json!({
        "Retry": [{ "ErrorEquals": ["Busy"], "IntervalSeconds": 3, "BackoffRate": 2, "MaxDelaySeconds": 10, "MaxAttempts": 4 }]
    }));
    let engine = Engine::new(&machine).unwrap().on_state_request("Work", |request: &TaskRequest| {
        if request.attempt < 4 { Err(TaskError::new("Busy")) } else { Ok(json!(request.attempt)) }
    });
    let execution = engine.run(&json!({})).unwrap();
    assert_eq!(execution.output_as::<u64>().unwrap(), 4);
    // 3, then 6, then 10 instead of 12 and 24.
    assert_eq!(seconds(&execution, EventType::LambdaFunctionScheduled), [0.0, 3.0, 9.0, 19.0, 29.0]);
}

#[test]
fn each_retrier_counts_for_itself_and_the_first_that_matches_decides() {
    let machine = task_alone(json!({
        "Retry": [
            { "ErrorEquals": ["A"], "MaxAttempts": 1, "IntervalSeconds": 1 },
            { "ErrorEquals": ["States.ALL"], "MaxAttempts": 2, "IntervalSeconds": 100 }
        ]
    }));
    let calls = AtomicU64::new(0);
    let engine = Engine::new(&machine).unwrap().on_state("Work", move |_: Value| -> Result<Value, TaskError> {
        let errors = ["B", "A", "B", "A"];
        let call = calls.fetch_add(1, Ordering::Relaxed);
        Err(TaskError::new(errors[usize::try_from(call).unwrap()]))
    });
    let execution = engine.run(&json!({})).unwrap();
    // The second A finds its retrier used up, although the other has none against it.
    assert_eq!(execution.error(), Some("A"));
    assert_eq!(seconds(&execution, EventType::LambdaFunctionScheduled), [0.0, 100.0, 101.0, 301.0]);
}

#[test]
fn full_jitter_follows_from_the_seed() {
    let machine = task_alone(json!({
        "Retry": [{ "ErrorEquals": ["States.ALL"], "IntervalSeconds": 100, "MaxAttempts": 1, "JitterStrategy": "FULL" }]
    }));
    let delay = |seed| {
        let engine = Engine::new(&machine)
            .unwrap()
            .seed(seed)
            .on_state("Work", |_: Value| -> Result<Value, TaskError> { Err(TaskError::new("No")) });
        seconds(&engine.run(&json!({})).unwrap(), EventType::LambdaFunctionScheduled)[1]
    };
    assert_eq!(delay(1), delay(1));
    assert_ne!(delay(1), delay(2));
    assert!((0.0..=100.0).contains(&delay(3)));
}

#[test]
fn a_task_that_is_not_answered_times_out_and_may_be_caught() {
    let catch = json!([{ "ErrorEquals": ["States.Timeout"], "ResultPath": "$.error", "Next": "Caught" }]);
    let engine = Engine::new(&task(json!({ "TimeoutSeconds": 7, "Catch": catch }))).unwrap().on_state_never("Work");
    let execution = engine.run(&json!({"in": 1})).unwrap();
    assert_eq!(execution.path(), ["Work", "Caught"]);
    assert_eq!(**execution.output().unwrap(), json!({"in": 1, "error": {"Error": "States.Timeout", "Cause": ""}}));
    assert_eq!(seconds(&execution, EventType::LambdaFunctionTimedOut), [7.0]);
}

#[test]
fn task_failed_does_not_catch_a_timeout() {
    let catch = json!([{ "ErrorEquals": ["States.TaskFailed"], "Next": "Caught" }]);
    let engine = Engine::new(&task(json!({ "TimeoutSeconds": 7, "Catch": catch }))).unwrap().on_state_never("Work");
    let execution = engine.run(&json!({})).unwrap();
    assert_eq!((execution.status(), execution.error()), (Status::Failed, Some("States.Timeout")));
}

#[test]
fn a_heartbeat_holds_a_task_alive_until_it_stops() {
    use workflow_local::Progress;
    let machine = json!({
        "StartAt": "Ask",
        "States": { "Ask": {
            "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "HeartbeatSeconds": 10,
            "Parameters": { "QueueUrl": "q", "MessageBody": { "Token.$": "$$.Task.Token" } }, "End": true
        } }
    });
    let mut execution = Engine::new(&machine).unwrap().start(&json!({})).unwrap();
    let mut heartbeats = 3;
    let mut asked = None;
    loop {
        match execution.step() {
            Progress::Task(request) => {
                assert_eq!(request.input["MessageBody"]["Token"].as_str(), request.token.as_deref());
                let _ = execution.submit(request.id, json!({"MessageId": "1"}));
                asked = Some(request.id);
            }
            Progress::Waiting { until } if heartbeats > 0 => {
                heartbeats -= 1;
                let before = workflow_local::Instant::from_millis(until.unwrap().as_millis() - 1000);
                execution.advance_to(before);
                let _ = execution.heartbeat(asked.unwrap());
            }
            Progress::Waiting { until } => execution.advance_to(until.unwrap()),
            Progress::Ended => break,
            _ => {}
        }
    }
    assert_eq!(execution.error(), Some("States.Timeout"));
    assert_eq!(seconds(&execution, EventType::TaskTimedOut), [37.0]);
}

#[test]
fn the_execution_has_a_time_limit() {
    let engine = Engine::new(&json!({
        "StartAt": "Rest", "TimeoutSeconds": 5,
        "States": { "Rest": { "Type": "Wait", "Seconds": 60, "End": true } }
    }))
    .unwrap();
    let execution = engine.run(&json!({})).unwrap();
    assert_eq!(execution.status(), Status::TimedOut);
    assert_eq!(seconds(&execution, EventType::ExecutionTimedOut), [5.0]);
    // The event has an error, the execution has none.
    assert_eq!(execution.error(), None);
    let last = execution.history().last().unwrap();
    assert_eq!(last.previous_id, 0);
    assert_eq!(last.to_api_json()["executionTimedOutEventDetails"], json!({ "error": "States.Timeout" }));
}

#[test]
fn a_real_clock_waits() {
    let engine = Engine::new(&json!({
        "StartAt": "Rest",
        "States": { "Rest": { "Type": "Wait", "Seconds": 1, "End": true } }
    }))
    .unwrap()
    .clock(Clock::Real);
    let began = StdInstant::now();
    assert_eq!(engine.run(&json!({})).unwrap().status(), Status::Succeeded);
    assert!(began.elapsed() >= Duration::from_millis(990), "{:?}", began.elapsed());
}

/// A handler that works longer than another branch's heartbeat keeps that branch from its answer, which came in time.
#[test]
fn an_answer_that_was_due_before_a_time_out_comes_before_it() {
    let token = json!({
        "Type": "Task", "Resource": "arn:aws:states:::sns:publish.waitForTaskToken", "HeartbeatSeconds": 1, "End": true,
        "Parameters": { "TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message.$": "$$.Task.Token" } });
    let engine =
        Engine::new(&json!({ "StartAt": "Both", "States": { "Both": { "Type": "Parallel", "End": true, "Branches": [
        { "StartAt": "Ask", "States": { "Ask": token } },
        { "StartAt": "Work", "States": { "Work": { "Type": "Task", "Resource": FUNCTION, "End": true } } },
    ] } } }))
        .unwrap();
    let engine = engine.on_resource_answers("arn:aws:states:::sns:publish", Answers::new().gives(1, json!("yes")));
    let engine = engine.on_lambda("work", |_: Value| {
        std::thread::sleep(Duration::from_millis(1100));
        Ok("done")
    });
    let execution = engine.clock(Clock::Real).run(&json!({})).unwrap();
    assert_eq!(execution.output().map(|output| output.value().clone()), Some(json!(["yes", "done"])), "{execution}");
}
