//! Tests answers by number, late answers and missing answers, injected failures, and callbacks that are never sent.

use std::time::Duration;
use workflow_cases::every;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use workflow_local::history::Details;
use workflow_local::{Answers, Engine, EventType, RunError, Status, TaskError};
use workflow_runtime::workflow;

fn work(resource: &str, further: Value) -> Value {
    let mut state = json!({ "Type": "Task", "Resource": resource, "End": true });
    for (name, value) in further.as_object().unwrap() {
        state[name] = value.clone();
    }
    json!({ "StartAt": "Work", "States": { "Work": state } })
}

const LAMBDA: &str = "arn:aws:lambda:us-east-1:123456789012:function:work";
const CALLBACK: &str = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:work";

#[test]
fn a_task_fails_twice_and_then_succeeds_each_time_it_is_run() {
    let machine = work(LAMBDA, json!({ "Retry": [{ "ErrorEquals": ["Busy"] }] }));
    let answers = Answers::new().fails(2, TaskError::new("Busy").with_cause("full")).then("done");
    let engine = Engine::new(&machine).unwrap().on_state_answers("Work", answers);
    let first = engine.run(&json!({})).unwrap();
    first.assert_output("done");
    assert_eq!(first.history().iter().filter(|event| event.kind == EventType::LambdaFunctionFailed).count(), 2);
    // The numbers count within an execution: the next one has the same history.
    let second = engine.run(&json!({})).unwrap();
    assert_eq!(first.to_string(), second.to_string());
}

#[test]
fn asking_for_more_than_was_given_is_told_with_the_state() {
    let machine = work(LAMBDA, json!({ "Retry": [{ "ErrorEquals": ["Busy"], "MaxAttempts": 9 }] }));
    let engine = Engine::new(&machine).unwrap().on_state_answers("Work", Answers::new().fails(3, "Busy"));
    let error = engine.run(&json!({})).unwrap_err();
    assert!(matches!(&error, RunError::NoAnswerLeft { state, given: 3 } if state == "Work"), "{error}");
    assert!(error.to_string().contains("`Work` asks once more than there are answers for: 3 given"), "{error}");
}

#[test]
fn a_callback_comes_later_unless_the_time_out_comes_first() {
    let machine = work(
        CALLBACK,
        json!({ "Parameters": { "QueueUrl": "q", "MessageBody.$": "$$.Task.Token" }, "TimeoutSeconds": 600 }),
    );
    let after = |seconds| {
        let answers = Answers::new().gives(1, json!({ "ok": true })).after(Duration::from_secs(seconds));
        Engine::new(&machine).unwrap().on_state_answers("Work", answers).run(&json!({})).unwrap()
    };
    let execution = after(599);
    execution.assert_output(json!({ "ok": true }));
    assert_eq!(execution.started_at().until(execution.now()), Duration::from_secs(599));
    // The message was sent at once.
    let submitted = execution.history().iter().find(|event| event.kind == EventType::TaskSubmitted).unwrap();
    assert_eq!(submitted.timestamp, execution.started_at());
    // At the same instant the timeout is first.
    after(600).assert_failed("States.Timeout");
}

#[test]
fn heartbeats_hold_a_task_alive_for_as_long_as_they_come() {
    every([CALLBACK, ACTIVITY], |resource| {
        let parameters = json!({ "QueueUrl": "q", "MessageBody.$": "$$.Task.Token" });
        let machine = work(resource, json!({ "HeartbeatSeconds": 10, "Parameters": parameters }));
        let run = |beats| {
            let answers =
                Answers::new().gives(1, 1).after(Duration::from_secs(33)).heartbeats(Duration::from_secs(8), beats);
            Engine::new(&machine).unwrap().on_state_answers("Work", answers).run(&json!({})).unwrap()
        };
        run(3).assert_output(1);
        let execution = run(2);
        execution.assert_failed("States.Timeout");
        assert_eq!(execution.started_at().until(execution.now()), Duration::from_secs(26), "{execution}");
    });
}

#[test]
fn answers_of_parallel_branches_come_in_order_of_time() {
    let branch = |name: &str| json!({ "StartAt": name, "States": { name: { "Type": "Task", "Resource": LAMBDA, "End": true } } });
    let machine = json!({
        "StartAt": "Both",
        "States": { "Both": { "Type": "Parallel", "Branches": [branch("Slow"), branch("Fast")], "End": true } }
    });
    let late = |seconds| Answers::new().gives(1, seconds).after(Duration::from_secs(seconds));
    let engine = Engine::new(&machine).unwrap().on_state_answers("Slow", late(9)).on_state_answers("Fast", late(2));
    let execution = engine.run(&json!({})).unwrap();
    execution.assert_output([9, 2]);
    let exits = execution.history().iter().filter(|event| event.kind == EventType::TaskStateExited);
    assert_eq!(exits.filter_map(|event| event.details.state_name()).collect::<Vec<_>>(), ["Fast", "Slow"]);
    assert_eq!(execution.started_at().until(execution.now()), Duration::from_secs(9));
}

#[test]
fn the_nth_task_of_an_execution_is_made_to_fail() {
    let machine = json!({
        "StartAt": "Each",
        "States": { "Each": {
            "Type": "Map", "MaxConcurrency": 1,
            "ItemProcessor": { "StartAt": "Work", "States": { "Work": { "Type": "Task", "Resource": LAMBDA, "End": true } } },
            "End": true
        } }
    });
    let engine = Engine::new(&machine).unwrap().on_lambda("work", |item: u64| Ok(item));
    engine.run(&[1, 2, 3]).unwrap().assert_output([1, 2, 3]);
    let execution = engine.fail_task(2, "Injected").run(&[1, 2, 3]).unwrap();
    execution.assert_failed("Injected");
    execution.assert_path(["Each", "Work", "Work"]);
}

#[test]
fn a_callback_that_nobody_can_send_is_told_with_the_state() {
    let machine = work(CALLBACK, json!({ "Parameters": { "QueueUrl": "q", "MessageBody.$": "$$.Task.Token" } }));
    let engine = Engine::new(&machine).unwrap().on_state_never("Work");
    let error = engine.run(&json!({})).unwrap_err();
    assert!(matches!(&error, RunError::Stuck { state } if state == "Work"), "{error}");
}

#[test]
fn late_answers_wait_on_a_real_clock_too() {
    let machine = work(LAMBDA, json!({}));
    let answers = Answers::new().gives(1, 1).after(Duration::from_millis(50));
    let engine = Engine::new(&machine).unwrap().clock(workflow_local::Clock::Real).on_state_answers("Work", answers);
    let began = std::time::Instant::now();
    assert_eq!(engine.run(&json!({})).unwrap().status(), Status::Succeeded);
    assert!(began.elapsed() >= Duration::from_millis(45), "{:?}", began.elapsed());
}

/// Two states that call a function or queue, one in a map.
fn twice() -> Value {
    let invoke = json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "OutputPath": "$.Payload",
        "Parameters": { "FunctionName": "arn:aws:lambda:us-east-1:123456789012:function:work:live", "Payload.$": "$" },
        "Retry": [{ "ErrorEquals": ["Busy"] }], "End": true
    });
    let mut first = invoke.clone();
    first.as_object_mut().unwrap().remove("End");
    first["Next"] = json!("Each");
    json!({
        "StartAt": "First",
        "States": {
            "First": first,
            "Each": { "Type": "Map", "ItemProcessor": { "StartAt": "Again", "States": { "Again": invoke } }, "Next": "Send" },
            "Send": {
                "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                "Parameters": { "QueueUrl": "q", "MessageBody.$": "$$.Task.Token" }, "Next": "SendAgain"
            },
            "SendAgain": {
                "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
                "Parameters": { "QueueUrl": "q", "MessageBody": "done" }, "End": true
            }
        }
    })
}

#[test]
fn answers_of_a_function_and_of_a_resource_count_over_all_states_that_call_it() {
    let engine = Engine::new(&twice())
        .unwrap()
        .on_lambda_answers(
            "work",
            Answers::new().fails(2, "Busy").gives(1, [1, 2]).gives(1, 10).fails(1, "Busy").then(30),
        )
        .on_resource_answers(
            "arn:aws:states:::sqs:sendMessage",
            Answers::new().gives(1, "called back").after(Duration::from_secs(60)).gives(1, "sent"),
        );
    // Each execution counts for itself.
    for _ in 0..2 {
        let execution = engine.run(&json!({})).unwrap();
        execution.assert_output("sent");
        let exited = |name: &str| {
            let mut exits = execution.history().iter().filter_map(|event| match &event.details {
                Details::StateExited { name: of, output, .. } if &**of == name => Some(output.value().clone()),
                _ => None,
            });
            exits.next().unwrap()
        };
        assert_eq!(
            (exited("First"), exited("Each"), exited("Send")),
            (json!([1, 2]), json!([10, 30]), json!("called back"))
        );
    }
    // A state's own answers go first, and do not count for the function.
    let engine = engine.on_state_answers("First", Answers::new().then(json!({ "Payload": [7] })));
    let execution = engine.on_lambda_answers("work", Answers::new().gives(1, 8)).run(&json!({})).unwrap();
    execution.assert_output("sent");
    let error = Engine::new(&twice()).unwrap().on_lambda_answers("work", Answers::new().gives(1, [1])).run(&json!({}));
    let error = error.unwrap_err().to_string();
    assert!(error.contains("`Again` asks once more than there are answers for: 1 given"), "{error}");
}

workflow! {
    /// Charges a card.
    workflow Pay {
        input { order: String, cents: u32 }
        returns { receipt: String }

        task Charge = lambda::invoke {
            FunctionName: "charge",
            Payload: { order: input.order, cents: input.cents },
        }
            output { receipt: result.Payload.receipt }
            retry [Busy] { interval: 2s, max_attempts: 3 }
            -> end;
    }
}

#[derive(Debug, Deserialize)]
struct Charge {
    order: String,
    cents: u32,
}

#[derive(Serialize)]
struct Charged {
    receipt: String,
}

#[test]
fn a_workflow_is_answered_by_its_own_states_with_its_own_types() {
    let input = || PayInput { order: "A-1".to_owned(), cents: 250 };
    let charged = |receipt: &str| Charged { receipt: receipt.to_owned() };
    // By function: a typed closure.
    let engine = Engine::of::<Pay>().unwrap().on_lambda("charge", move |charge: Charge| match charge.cents {
        0 => Err(TaskError::new("Nothing")),
        cents => Ok(charged(&format!("{} {cents}", charge.order))),
    });
    let execution = engine.run(&input()).unwrap();
    assert_eq!(execution.output_as::<PayOutput>().unwrap().receipt, "A-1 250");
    execution.assert_path([PayState::Charge]);
    // By state, then by function, by number.
    let result = json!({ "Payload": charged("by state") });
    let engine = engine.on_state_answers(PayState::Charge, Answers::new().fails(2, "Busy").then(result));
    let execution = engine.run(&input()).unwrap();
    assert_eq!(execution.output_as::<PayOutput>().unwrap().receipt, "by state");
    let answers = Answers::new().fails(3, "Busy").gives(1, charged("by function"));
    let execution = Engine::of::<Pay>().unwrap().on_lambda_answers("charge", answers).run(&input()).unwrap();
    assert_eq!(execution.output_as::<PayOutput>().unwrap().receipt, "by function");
}

#[test]
fn what_is_for_all_further_tasks_is_for_one_where_another_answer_follows() {
    let machine =
        work(LAMBDA, json!({ "Retry": [{ "ErrorEquals": ["Busy", "States.Timeout"] }], "TimeoutSeconds": 5 }));
    let second = Duration::from_secs(1);
    let answers = Answers::new().then_fails("Busy").then_never().gives(1, "done").after(second).then("not reached");
    let execution = Engine::new(&machine).unwrap().on_state_answers("Work", answers).run(&json!({})).unwrap();
    execution.assert_output("done");
    // A second until the first retry, the timeout, two seconds until the next, the answer.
    assert_eq!(execution.started_at().until(execution.now()), Duration::from_secs(1 + 5 + 2 + 1));
}

#[test]
fn the_guide_to_testing_lists_every_method_of_answers() {
    let (source, guide) = (include_str!("../src/answers.rs"), include_str!("../../../docs/testing.md"));
    let methods: Vec<_> =
        source.lines().filter_map(|line| line.trim_start().strip_prefix("pub fn ")?.split('(').next()).collect();
    let rows: Vec<_> = guide
        .lines()
        .skip_while(|line| !line.starts_with("| method of `Answers` |"))
        .skip(2)
        .map_while(|line| line.strip_prefix("| `")?.split('(').next())
        .collect();
    assert_eq!(rows, methods);
}
