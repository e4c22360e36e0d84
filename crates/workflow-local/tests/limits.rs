//! Tests the longest duration of executions of each type, and the ARNs that distinguish the types.

use std::time::Duration;
use workflow_cases::every;

use serde_json::{Value, json};
use workflow_local::{Answers, Engine, Execution, MachineType, RunError, Status};

const YEAR: u64 = 365 * 24 * 3600;

fn seconds(execution: &Execution) -> u64 {
    execution.started_at().until(execution.now()).as_secs()
}

fn one(state: Value) -> Engine {
    Engine::new(&json!({ "StartAt": "S", "States": { "S": state } })).unwrap()
}

#[test]
fn a_standard_execution_lasts_a_year_however_long_it_waits() {
    let input = json!({ "n": 99_999_999, "at": "2030-01-01T00:00:00Z" });
    every(
        [
            json!({ "Type": "Wait", "Seconds": 99_999_999, "End": true }),
            json!({ "Type": "Wait", "SecondsPath": "$.n", "End": true }),
            json!({ "Type": "Wait", "TimestampPath": "$.at", "End": true }),
            json!({ "Type": "Wait", "Timestamp": "2030-01-01T00:00:00Z", "End": true }),
            json!({ "Type": "Wait", "QueryLanguage": "JSONata", "Seconds": "{% $states.input.n %}", "End": true }),
        ],
        |state| {
            let execution = one(state.clone()).run(&input).unwrap();
            execution.assert_timed_out();
            assert_eq!(seconds(&execution), YEAR, "{state}");
            assert_eq!(execution.history().last().unwrap().kind.name(), "ExecutionTimedOut");
        },
    );
    // The year counts from the start of the execution, over all its states.
    let half = json!({ "Type": "Wait", "Seconds": YEAR / 2 + 1, "Next": "T" });
    let mut machine =
        json!({ "StartAt": "S", "States": { "S": half, "T": { "Type": "Wait", "Seconds": 0, "End": true } } });
    Engine::new(&machine).unwrap().run(&json!({})).unwrap().assert_succeeded();
    machine["States"]["T"]["Seconds"] = json!(YEAR / 2);
    let execution = Engine::new(&machine).unwrap().run(&json!({})).unwrap();
    execution.assert_timed_out();
    assert_eq!(seconds(&execution), YEAR);
    // A shorter limit of its own comes first.
    machine["TimeoutSeconds"] = json!(60);
    assert_eq!(seconds(&Engine::new(&machine).unwrap().run(&json!({})).unwrap()), 60);
}

#[test]
fn a_callback_after_a_year_is_for_nobody_and_none_at_all_is_an_error() {
    let task = json!({ "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
        "Parameters": { "QueueUrl": "q", "MessageBody.$": "$$.Task.Token" } });
    let late = Answers::new().then(1).after(Duration::from_secs(YEAR + 1));
    let execution = one(task.clone()).on_state_answers("S", late).run(&json!({})).unwrap();
    execution.assert_timed_out();
    assert_eq!(seconds(&execution), YEAR);
    let in_time = Answers::new().then(1).after(Duration::from_secs(YEAR - 1));
    one(task.clone()).on_state_answers("S", in_time).run(&json!({})).unwrap().assert_output(1);
    let stuck = one(task).on_state_never("S").run(&json!({})).unwrap_err();
    assert!(matches!(stuck, RunError::Stuck { .. }), "{stuck}");
}

#[test]
fn an_express_execution_lasts_five_minutes() {
    let wait = |seconds: u64| one(json!({ "Type": "Wait", "Seconds": seconds, "End": true }));
    let execution = wait(301).machine_type(MachineType::Express).run(&json!({})).unwrap();
    execution.assert_timed_out();
    assert_eq!(seconds(&execution), 300);
    wait(299).machine_type(MachineType::Express).run(&json!({})).unwrap().assert_succeeded();
}

/// Returns a distributed map over the input, whose children wait so many seconds as their item says.
fn map(kind: &str, further: Value) -> Value {
    let mut state = json!({ "Type": "Map", "Label": "Each", "End": true, "ItemProcessor": {
        "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": kind }, "StartAt": "Rest",
        "States": { "Rest": { "Type": "Wait", "SecondsPath": "$", "Next": "Tell" },
            "Tell": { "Type": "Pass", "Parameters": { "id.$": "$$.Execution.Id", "machine.$": "$$.StateMachine.Id",
                "name.$": "$$.Execution.Name" }, "End": true } } } });
    for (name, value) in further.as_object().unwrap() {
        state[name] = value.clone();
    }
    state
}

#[test]
fn an_express_child_of_a_map_lasts_five_minutes() {
    let fails = one(map("EXPRESS", json!({}))).run(&json!([1, 400])).unwrap();
    fails.assert_failed("States.ExceedToleratedFailureThreshold");
    assert_eq!(seconds(&fails), 300);
    // One that timed out counts as failed, and the others go on.
    let tolerant = map("EXPRESS", json!({ "ToleratedFailureCount": 1 }));
    let execution = one(tolerant.clone()).run(&json!([1, 400, 299])).unwrap();
    let results = execution.assert_succeeded().as_array().unwrap();
    assert_eq!(results.len(), 3);
    assert_eq!(results[1]["Status"], "TIMED_OUT");
    assert_eq!(seconds(&execution), 300);
    // What a child does inside goes with it.
    let mut inside = tolerant;
    inside["ItemProcessor"]["StartAt"] = json!("Both");
    inside["ItemProcessor"]["States"]["Both"] = json!({ "Type": "Parallel", "Next": "Rest", "Branches": [
        { "StartAt": "Long", "States": { "Long": { "Type": "Wait", "SecondsPath": "$", "End": true } } },
        { "StartAt": "Call", "States": { "Call": {
            "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": true } } } ],
        "ResultSelector": { "none": 0 }, "OutputPath": "$.none" });
    let execution = one(inside).on_lambda_answers("f", Answers::new().then(0).after(Duration::from_secs(350)));
    let execution = execution.run(&json!([1])).unwrap();
    assert_eq!(execution.assert_succeeded()[0]["Status"], "TIMED_OUT");
    // Standard children have a year.
    let execution = one(map("STANDARD", json!({}))).run(&json!([400])).unwrap();
    assert_eq!(execution.assert_succeeded()[0]["name"].as_str().map(str::len), Some(36));
    let execution = one(map("STANDARD", json!({}))).run(&json!([YEAR])).unwrap();
    assert_eq!((execution.status(), seconds(&execution)), (Status::TimedOut, YEAR));
}

const PREFIX: &str = "arn:aws:states:us-east-1:123456789012";

/// Returns the parts of an ARN after its account.
fn parts(arn: &Value) -> Vec<&str> {
    arn.as_str().unwrap().strip_prefix(PREFIX).unwrap().strip_prefix(':').unwrap().split(':').collect()
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[test]
fn arns_tell_express_executions_from_standard_ones() {
    let tell = json!({ "Type": "Pass", "Parameters": { "id.$": "$$.Execution.Id" }, "End": true });
    let engine = one(tell).named("M");
    let standard = engine.clone().run(&json!({})).unwrap();
    assert_eq!(standard.arn(), format!("{PREFIX}:execution:M:execution-1"));
    let express = engine.clone().machine_type(MachineType::Express).run(&json!({})).unwrap();
    assert_eq!(express.assert_succeeded()["id"], express.arn());
    let arn = json!(express.arn());
    assert!(matches!(parts(&arn).as_slice(), ["express", "M", "execution-1", id] if is_uuid(id)), "{arn}");
    // The same engine gives the same, and another seed another.
    assert_eq!(engine.clone().machine_type(MachineType::Express).run(&json!({})).unwrap().arn(), express.arn());
    let other = engine.machine_type(MachineType::Express).seed(1).run(&json!({})).unwrap();
    assert_ne!(other.arn(), express.arn());

    every([("STANDARD", 3), ("EXPRESS", 4)], |(kind, count)| {
        let execution = one(map(kind, json!({}))).named("M").run(&json!([0])).unwrap();
        let child = &execution.assert_succeeded()[0];
        let parts = parts(&child["id"]);
        assert_eq!(parts.len(), count, "{child}");
        assert_eq!(parts[0], if kind == "EXPRESS" { "express" } else { "execution" });
        assert_eq!((parts[1], Some(parts[2])), ("M/Each", child["name"].as_str()));
        assert!(parts.iter().skip(2).all(|part| is_uuid(part)), "{child}");
        assert_eq!(child["machine"], format!("{PREFIX}:stateMachine:M/Each"));
        let history = serde_json::to_string(&execution.history().iter().map(|e| e.to_api_json()).collect::<Vec<_>>());
        assert!(history.unwrap().contains(&format!("{PREFIX}:mapRun:M/Each:")));
    });
}

#[test]
fn a_map_inside_a_child_belongs_to_the_machine_too() {
    let inner = map("STANDARD", json!({ "Label": "Inner" }));
    let mut outer = map("STANDARD", json!({ "Label": "Outer" }));
    outer["ItemProcessor"] = json!({ "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
        "StartAt": "In", "States": { "In": inner } });
    let execution = one(outer).named("M").run(&json!([[0]])).unwrap();
    let child = &execution.assert_succeeded()[0][0];
    assert_eq!(child["machine"], format!("{PREFIX}:stateMachine:M/Inner"), "{child}");
    assert_eq!(parts(&child["id"])[1], "M/Inner");
}

#[test]
fn a_child_machine_that_is_express_has_an_arn_of_its_type() {
    const SUB: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:Sub";
    let sub = one(json!({ "Type": "Pass", "End": true })).machine_type(MachineType::Express);
    let start = json!({ "Type": "Task", "Resource": "arn:aws:states:::states:startExecution",
        "Parameters": { "StateMachineArn": SUB, "Name": "n", "Input": {} }, "End": true });
    let execution = one(start).on_state_machine(SUB, sub).run(&json!({})).unwrap();
    let arn = &execution.assert_succeeded()["ExecutionArn"];
    assert!(matches!(parts(arn).as_slice(), ["express", "Sub", "n", id] if is_uuid(id)), "{arn}");
}

#[test]
fn what_goes_on_in_a_child_that_failed_ends_with_it() {
    // The child fails for good, beside a map run of its own whose children would go on for hours.
    let inner = map("STANDARD", json!({ "Label": "Inner", "ItemsPath": "$.rest" }));
    let mut outer = map("STANDARD", json!({ "Label": "Outer", "ToleratedFailureCount": 5, "MaxConcurrency": 1 }));
    outer["ItemProcessor"] = json!({ "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
        "StartAt": "Both", "States": { "Both": { "Type": "Parallel", "End": true, "Branches": [
            { "StartAt": "In", "States": { "In": inner } },
            { "StartAt": "Soon", "States": {
                "Soon": { "Type": "Wait", "Seconds": 5, "Next": "Bad" },
                "Bad": { "Type": "Pass", "InputPath": "$.no.such", "End": true } } } ] } } });
    let input = json!([{ "rest": [7200, 7200] }, { "rest": [1], "no": { "such": {} } }]);
    let execution = one(outer).run(&input).unwrap();
    let results = execution.assert_succeeded().as_array().unwrap();
    assert_eq!(results[0]["Status"], "FAILED");
    assert!(results[1].is_array(), "{execution}");
    assert_eq!(seconds(&execution), 10, "nothing of the first child is waited for");
}
