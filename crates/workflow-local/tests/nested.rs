//! Tests state machines that start another state machine on the engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use workflow_cases::every;

use serde_json::{Value, json};
use workflow_asl::document::MachineType;
use workflow_local::history::Details;
use workflow_local::{Clock, Engine, EventType, Execution, RunError, TaskError, VIRTUAL_START};
use workflow_runtime::workflow;

const SUB: &str = "arn:aws:states:eu-west-1:111122223333:stateMachine:Sub";
const RUN: &str = "arn:aws:states:eu-west-1:111122223333:execution:Sub:r1";

/// Starts `SUB` with what the input has as `Input`.
fn parent(pattern: &str, further: Value) -> Engine {
    let mut state = json!({
        "Type": "Task",
        "Resource": format!("arn:aws:states:::states:startExecution{pattern}"),
        "Arguments": { "StateMachineArn": SUB, "Name": "r1", "Input": "{% $states.input %}" },
        "End": true
    });
    for (name, value) in further.as_object().unwrap() {
        state[name] = value.clone();
    }
    machine(json!({ "Start": state }), "Start")
}

fn machine(states: Value, first: &str) -> Engine {
    Engine::new(&json!({ "StartAt": first, "QueryLanguage": "JSONata", "States": states })).unwrap()
}

/// Doubles `n` after an hour.
fn slow() -> Engine {
    let output = "{% { 'n': $states.input.n * 2 } %}";
    machine(json!({ "Rest": { "Type": "Wait", "Seconds": 3600, "Output": output, "End": true } }), "Rest")
}

fn time_of(execution: &Execution) -> Duration {
    execution.started_at().until(execution.now())
}

fn submitted(execution: &Execution) -> Option<Value> {
    execution.history().iter().find_map(|event| match (&event.kind, &event.details) {
        (EventType::TaskSubmitted, Details::TaskOutput { output, .. }) => Some(output.value().clone()),
        _ => None,
    })
}

#[test]
fn the_start_alone_is_answered_at_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let sub = machine(
        json!({
            "Rest": { "Type": "Wait", "Seconds": 3600, "Next": "Work" },
            "Work": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work", "End": true }
        }),
        "Rest",
    )
    .on_lambda("work", move |_: Value| -> Result<(), TaskError> {
        counted.fetch_add(1, Ordering::Relaxed);
        Err(TaskError::new("Broken"))
    });
    let execution = parent("", json!({})).on_state_machine(SUB, sub).run(&json!({ "n": 1 })).unwrap();
    // That the child fails later is of no interest to who does not wait; but it ran.
    execution.assert_output(json!({ "ExecutionArn": RUN, "StartDate": VIRTUAL_START.as_epoch_seconds() }));
    assert_eq!(time_of(&execution), Duration::ZERO);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[test]
fn who_waits_gets_the_description_when_the_child_has_ended() {
    let started = VIRTUAL_START.as_millis();
    let expected = |input: Value, output: Value| {
        json!({
            "ExecutionArn": RUN,
            "Input": input,
            "InputDetails": { "Included": true },
            "Name": "r1",
            "Output": output,
            "OutputDetails": { "Included": true },
            "RedriveCount": 0,
            "RedriveStatus": "NOT_REDRIVABLE",
            "RedriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
            "StartDate": started,
            "StateMachineArn": SUB,
            "Status": "SUCCEEDED",
            "StopDate": started + 3_600_000,
        })
    };
    for (pattern, input, output) in
        [(".sync:2", json!({ "n": 2 }), json!({ "n": 4 })), (".sync", json!(r#"{"n":2}"#), json!(r#"{"n":4}"#))]
    {
        let execution = parent(pattern, json!({})).on_state_machine(SUB, slow()).run(&json!({ "n": 2 })).unwrap();
        execution.assert_output(expected(input, output));
        assert_eq!(time_of(&execution), Duration::from_secs(3600));
        let start = json!({ "ExecutionArn": RUN, "StartDate": VIRTUAL_START.as_epoch_seconds() });
        assert_eq!(submitted(&execution), Some(start));
        let told = |kind| execution.history().iter().find(|event| event.kind == kind).unwrap().timestamp;
        assert_eq!(told(EventType::TaskSubmitted), VIRTUAL_START);
        assert_eq!(told(EventType::TaskSucceeded), VIRTUAL_START.after(Duration::from_secs(3600)));
    }
}

#[test]
fn the_parents_time_out_comes_first_where_it_is_shorter() {
    let execution = parent(".sync:2", json!({ "TimeoutSeconds": 60 })).on_state_machine(SUB, slow());
    let execution = execution.run(&json!({ "n": 2 })).unwrap();
    execution.assert_failed("States.Timeout");
    assert_eq!(time_of(&execution), Duration::from_secs(60));
}

#[test]
fn a_child_that_fails_fails_the_task_with_its_description() {
    let fail = json!({ "Fail": { "Type": "Fail", "Error": "OutOfStock", "Cause": "no nuts" } });
    every([".sync", ".sync:2"], |pattern| {
        let sub = machine(fail.clone(), "Fail");
        let execution = parent(pattern, json!({})).on_state_machine(SUB, sub).run(&json!({ "n": 1 })).unwrap();
        execution.assert_failed("States.TaskFailed");
        let started = VIRTUAL_START.as_millis();
        let cause = json!({
            "Cause": "no nuts",
            "Error": "OutOfStock",
            "ExecutionArn": RUN,
            "Input": r#"{"n":1}"#,
            "InputDetails": { "Included": true },
            "Name": "r1",
            "RedriveCount": 0,
            "RedriveStatus": "REDRIVABLE",
            "StartDate": started,
            "StateMachineArn": SUB,
            "Status": "FAILED",
            "StopDate": started,
        });
        // The members too are in AWS's order.
        assert_eq!(execution.cause(), Some(&*cause.to_string()));
    });
}

#[test]
fn a_version_is_told_beside_the_state_machine() {
    let version = format!("{SUB}:3");
    let engine = parent(".sync:2", json!({ "Arguments": { "StateMachineArn": version, "Name": "r1" } }));
    let sub = machine(json!({ "Echo": { "Type": "Succeed" } }), "Echo");
    let execution = engine.on_state_machine(&version, sub).run(&json!({})).unwrap();
    let described: Value = execution.output_as().unwrap();
    assert_eq!((&described["ExecutionArn"], &described["StateMachineArn"]), (&json!(RUN), &json!(SUB)));
    assert_eq!(described["StateMachineVersionArn"], json!(version));
}

#[test]
fn a_childs_own_error_is_not_caught_by_its_name() {
    let catchers = json!([
        { "ErrorEquals": ["OutOfStock"], "Next": "Never" },
        { "ErrorEquals": ["States.TaskFailed"], "Next": "Saved" }
    ]);
    let engine = machine(
        json!({
            "Start": {
                "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
                "Arguments": { "StateMachineArn": SUB }, "Catch": catchers, "End": true
            },
            "Never": { "Type": "Succeed" },
            "Saved": { "Type": "Succeed" }
        }),
        "Start",
    );
    let sub = machine(json!({ "Fail": { "Type": "Fail", "Error": "OutOfStock" } }), "Fail");
    engine.on_state_machine(SUB, sub).run(&json!({})).unwrap().assert_path(["Start", "Saved"]);
}

#[test]
fn a_child_that_times_out_fails_the_task_too() {
    let sub = Engine::new(&json!({
        "StartAt": "Rest", "TimeoutSeconds": 10, "States": { "Rest": { "Type": "Wait", "Seconds": 60, "End": true } }
    }));
    let engine = parent(".sync:2", json!({})).on_state_machine(SUB, sub.unwrap());
    let execution = engine.run(&json!({})).unwrap();
    execution.assert_failed("States.TaskFailed");
    assert_eq!(time_of(&execution), Duration::from_secs(10));
    let cause: Value = serde_json::from_str(execution.cause().unwrap()).unwrap();
    assert_eq!(cause["Status"], "TIMED_OUT");
    assert_eq!(cause.get("Error"), None, "{cause}");
}

/// Sends the token back after an hour.
fn sends(action: &str, more: Value) -> Engine {
    let mut arguments = json!({ "TaskToken": "{% $states.input.token %}" });
    for (name, value) in more.as_object().unwrap() {
        arguments[name] = value.clone();
    }
    let send = json!({
        "Type": "Task", "Resource": format!("arn:aws:states:::aws-sdk:sfn:{action}"), "Arguments": arguments, "End": true
    });
    machine(json!({ "Rest": { "Type": "Wait", "Seconds": 3600, "Next": "Send" }, "Send": send }), "Rest")
}

fn waits_for_token(further: Value) -> Engine {
    let mut state = json!({ "Arguments": {
        "StateMachineArn": SUB, "Input": { "token": "{% $states.context.Task.Token %}" }
    } });
    for (name, value) in further.as_object().unwrap() {
        state[name] = value.clone();
    }
    parent(".waitForTaskToken", state)
}

#[test]
fn a_child_sends_the_token_back() {
    let sub = sends("sendTaskSuccess", json!({ "Output": "{% $string({ 'by': 'Ada' }) %}" }));
    let execution = waits_for_token(json!({})).on_state_machine(SUB, sub).run(&json!({})).unwrap();
    execution.assert_output(json!({ "by": "Ada" }));
    assert_eq!(time_of(&execution), Duration::from_secs(3600));

    let sub = sends("sendTaskFailure", json!({ "Error": "Refused", "Cause": "no" }));
    let execution = waits_for_token(json!({})).on_state_machine(SUB, sub).run(&json!({})).unwrap();
    execution.assert_failed("Refused");
    assert_eq!(execution.cause(), Some("no"));
}

#[test]
fn a_child_beats_and_then_nobody_does() {
    let sub = sends("sendTaskHeartbeat", json!({}));
    let engine = waits_for_token(json!({ "HeartbeatSeconds": 4000 })).on_state_machine(SUB, sub);
    let execution = engine.run(&json!({})).unwrap();
    execution.assert_failed("States.Timeout");
    assert_eq!(time_of(&execution), Duration::from_secs(3600 + 4000));
}

#[test]
fn a_token_that_nobody_sends_is_told() {
    // The child succeeds, and that is not what the task waits for.
    let error = waits_for_token(json!({})).on_state_machine(SUB, slow()).run(&json!({ "n": 1 })).unwrap_err();
    assert!(matches!(&error, RunError::Stuck { state } if state == "Start"), "{error}");
}

#[test]
fn input_is_json_or_its_text_and_without_it_an_empty_object() {
    let sub = || machine(json!({ "Echo": { "Type": "Succeed" } }), "Echo");
    every(
        [
            (json!(r#"{ "n": 1 }"#), json!({ "n": 1 }), json!({ "n": 1 })),
            (json!([1]), json!([1]), json!([1])),
            (json!(null), json!({}), json!({})),
        ],
        |(given, input, output)| {
            let execution = parent(".sync:2", json!({})).on_state_machine(SUB, sub()).run(&given).unwrap();
            let described: Value = execution.output_as().unwrap();
            assert_eq!((&described["Input"], &described["Output"]), (&input, &output));
        },
    );
    let execution = parent(".sync:2", json!({})).on_state_machine(SUB, sub()).run(&json!("{")).unwrap();
    execution.assert_failed("StepFunctions.InvalidExecutionInputException");
}

#[test]
fn children_have_children_and_each_has_its_own_handlers() {
    let work = json!({
        "Work": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work", "End": true }
    });
    let deepest = machine(work, "Work").on_lambda_async("work", |n: Value| async move { Ok(json!([n])) });
    let middle = parent(".sync:2", json!({ "Output": "{% $states.result.Output %}" })).on_state_machine(SUB, deepest);
    let engine = parent(".sync:2", json!({ "Output": "{% $states.result.Output %}" })).on_state_machine(SUB, middle);
    engine.run(&json!({ "n": 1 })).unwrap().assert_output(json!([{ "n": 1 }]));
}

#[test]
fn an_engine_given_to_itself_is_the_one_before() {
    let engine = parent(".sync:2", json!({}));
    let error = engine.clone().on_state_machine(SUB, engine).run(&json!({})).unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with(&format!("in the state machine {SUB}, which state `Start` starts: no handler")), "{text}");
    assert!(text.contains(".on_state_machine(arn, engine)"), "{text}");
}

#[test]
fn time_passes_beside_a_child() {
    let branch = |name: &str, state: Value| json!({ "StartAt": name, "States": { name: state } });
    let start = json!({
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Arguments": { "StateMachineArn": SUB, "Input": { "n": 1 } }, "End": true
    });
    let both = json!({ "Both": {
        "Type": "Parallel",
        "Branches": [branch("Start", start), branch("Rest", json!({ "Type": "Wait", "Seconds": 7200, "End": true }))],
        "End": true
    } });
    let execution = machine(both, "Both").on_state_machine(SUB, slow()).run(&json!({})).unwrap();
    assert_eq!(time_of(&execution), Duration::from_secs(7200));
    let told = execution.history().iter().find(|event| event.kind == EventType::TaskSucceeded).unwrap().timestamp;
    assert_eq!(told, VIRTUAL_START.after(Duration::from_secs(3600)));
}

#[test]
fn a_real_clock_waits_as_long_as_the_child_takes() {
    let sub = machine(json!({ "Rest": { "Type": "Wait", "Seconds": 1, "End": true } }), "Rest");
    let before = std::time::Instant::now();
    let engine = parent(".sync:2", json!({})).clock(Clock::Real).on_state_machine(SUB, sub);
    engine.run(&json!({})).unwrap();
    assert!(before.elapsed() >= Duration::from_millis(999));
}

#[test]
fn a_state_that_is_tested_alone_runs_the_child() {
    let engine = parent(".sync:2", json!({ "Output": "{% $states.result.Output %}" })).on_state_machine(SUB, slow());
    let result = engine.test_state("Start").unwrap().run(&json!({ "n": 3 })).unwrap();
    assert_eq!(*result.output.unwrap(), json!({ "n": 6 }));
}

workflow! {
    workflow Price {
        input { n: f64 }
        returns { total: f64 }
        wait Rest for 1h -> Sum;
        pass Sum { total: input.n * 3 } -> end;
    }
}

workflow! {
    workflow Order {
        params { price: Arn }
        input { n: f64 }
        returns { total: f64 }
        task Ask = workflow::<Price>.sync:2 { StateMachineArn: params.price, Input: { n: input.n } } -> Tell;
        pass Tell { total: Ask.Output.total + 1 } -> end;
    }
}

#[test]
fn a_workflow_runs_another_one() {
    let params = OrderParams { price: SUB.into() };
    let engine = Engine::of_with::<Order>(&params).unwrap().on_state_machine(SUB, Engine::of::<Price>().unwrap());
    let execution = engine.run(&OrderInput { n: 2.0 }).unwrap();
    let output: OrderOutput = execution.output_as().unwrap();
    assert_eq!(output, OrderOutput { total: 7.0 });
    assert_eq!(time_of(&execution), Duration::from_secs(3600));
}

/// Starts `SUB` with the input and waits for its end, as an Express execution.
fn synchronous() -> Engine {
    let state = json!({
        "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:startSyncExecution",
        "Arguments": { "StateMachineArn": SUB, "Name": "r1", "Input": "{% $states.input %}" },
        "End": true
    });
    machine(json!({ "Start": state }), "Start")
}

fn express(states: Value, first: &str) -> Engine {
    machine(states, first).machine_type(MachineType::Express)
}

#[test]
fn an_express_child_ends_with_its_status_and_the_task_succeeds() {
    let rest = json!({ "Rest": { "Type": "Wait", "Seconds": 2, "Output": "{% $states.input.n %}", "End": true } });
    let execution = synchronous().on_state_machine(SUB, express(rest, "Rest")).run(&json!({ "n": 2 })).unwrap();
    let result: Value = execution.output_as().unwrap();
    assert_eq!(
        (&result["Status"], &result["Output"], &result["Input"]),
        (&json!("SUCCEEDED"), &json!("2"), &json!(r#"{"n":2}"#))
    );
    assert_eq!(result["BillingDetails"], json!({ "BilledDurationInMilliseconds": 2000, "BilledMemoryUsedInMB": 64 }));
    assert_eq!(result["StartDate"], VIRTUAL_START.to_string());
    assert!(result["ExecutionArn"].as_str().unwrap().contains(":express:Sub:r1:"), "{result}");
    assert_eq!(time_of(&execution), Duration::from_secs(2));

    let fail = json!({ "No": { "Type": "Fail", "Error": "OutOfStock", "Cause": "no nuts" } });
    let execution = synchronous().on_state_machine(SUB, express(fail, "No")).run(&json!({})).unwrap();
    let result: Value = execution.output_as().unwrap();
    assert_eq!((&result["Status"], result.get("Output")), (&json!("FAILED"), None));
    assert_eq!((&result["Error"], &result["Cause"]), (&json!("OutOfStock"), &json!("no nuts")));
}

#[test]
fn an_express_child_is_stopped_after_five_minutes() {
    let rest = json!({ "Rest": { "Type": "Wait", "Seconds": 3600, "End": true } });
    let execution = synchronous().on_state_machine(SUB, express(rest, "Rest")).run(&json!({})).unwrap();
    assert_eq!(execution.output().unwrap().value()["Status"], "TIMED_OUT");
    assert_eq!(time_of(&execution), Duration::from_secs(300));
}

#[test]
fn a_standard_child_cannot_be_run_synchronously() {
    let execution = synchronous().on_state_machine(SUB, slow()).run(&json!({ "n": 1 })).unwrap();
    execution.assert_failed("Sfn.StateMachineTypeNotSupportedException");
}

workflow! {
    workflow Quick {
        type express;
        input { n: i64 }
        returns { n: i64 }
        choice Few {
            if input.n > 9 -> TooMany;
            else -> Done;
        }
        succeed Done { n: input.n + 1 }
        fail TooMany { error: "TooMany" }
    }

    workflow Slow {
        input { n: i64 }
        params { quick: Arn }
        task A = workflow::<Quick>.express { StateMachineArn: params.quick, Input: { n: input.n } }
            retry [States.QueryEvaluationError] { max_attempts: 1 }
            catch [States.TaskFailed] -> Failed
            output { kept: true }
            -> B;
        pass B { kept: state.kept, n: A.Output.n } -> end;
        fail Failed { error: caught.Error, cause: caught.Cause }
    }
}

#[test]
fn the_failure_of_an_express_child_is_an_error_to_retry_and_to_catch() {
    let engine = || {
        let parent = Engine::of_with::<Slow>(&SlowParams { quick: SUB.into() }).unwrap();
        parent.on_state_machine(SUB, Engine::of::<Quick>().unwrap())
    };
    let execution = engine().run(&SlowInput { n: 1 }).unwrap();
    execution.assert_output(json!({ "kept": true, "n": 2 }));
    let execution = engine().run(&SlowInput { n: 10 }).unwrap();
    execution.assert_failed("States.QueryEvaluationError");
    assert!(execution.cause().unwrap().contains("FAILED: TooMany"), "{:?}", execution.cause());
    let started = execution.history().iter().filter(|event| event.kind == EventType::TaskStarted).count();
    assert_eq!(started, 2);
}

#[test]
fn the_output_of_an_express_child_has_the_declared_type() {
    let engine = Engine::of_with::<Slow>(&SlowParams { quick: SUB.into() }).unwrap();
    let engine = engine.on_state("A", |_: Value| Ok(json!({ "Status": "SUCCEEDED", "Output": r#"{"n":"two"}"# })));
    let error = engine.run(&SlowInput { n: 1 }).unwrap_err();
    assert!(error.to_string().contains("result.Output.n"), "{error}");
}
