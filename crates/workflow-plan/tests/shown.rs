//! Demonstrates verdicts on the embedded engine: what works with the older definition, and what works or fails with the
//! newer one.

use std::time::Duration;

use serde_json::{Value, json};
use workflow_jsonata::{FUNCTIONS, Origin};
use workflow_local::{Answers, Engine, Execution};
use workflow_plan::{Machine, Verdict, plan};

/// Asserts that the plan has a finding of the rule with this verdict.
#[track_caller]
fn follows(old: &Value, new: &Value, rule: &str, verdict: Verdict) {
    let plan = plan(&Machine::new(old.clone()), &Machine::new(new.clone()));
    let found = plan.findings.iter().find(|finding| finding.rule.id == rule);
    let found = found.unwrap_or_else(|| panic!("no {rule} in {}", plan.to_text()));
    assert_eq!(found.rule.verdict, verdict);
}

fn run(definition: &Value, answers: &Answers, input: &Value) -> Execution {
    Engine::new(definition).unwrap().on_state_answers("T", answers.clone()).run(input).unwrap()
}

fn pass(parameters: &Value) -> Value {
    json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "Parameters": parameters, "End": true}}})
}

fn task(fields: &Value) -> Value {
    let mut state = json!({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": "q", "MessageBody.$": "$"}, "Next": "End"});
    let members = state.as_object_mut().unwrap();
    members.extend(fields.as_object().unwrap().clone());
    json!({"StartAt": "T", "States": {"T": state, "End": {"Type": "Succeed"}, "Sorry": {"Type": "Pass", "End": true}}})
}

/// The same without the unreachable state.
fn plain(fields: &Value) -> Value {
    let mut definition = task(fields);
    definition["States"].as_object_mut().unwrap().shift_remove("Sorry");
    definition
}

#[test]
fn an_old_input_fails_where_more_is_needed() {
    let (old, new) = (pass(&json!({"id.$": "$.id"})), pass(&json!({"id.$": "$.id", "to.$": "$.address"})));
    follows(&old, &new, "input-needed", Verdict::Breaking);
    let input = json!({"id": 7});
    run_pass(&old, &input).assert_succeeded();
    run_pass(&new, &input).assert_failed("States.Runtime");
    run_pass(&new, &json!({"id": 7, "address": "here"})).assert_succeeded();
}

fn run_pass(definition: &Value, input: &Value) -> Execution {
    Engine::new(definition).unwrap().run(input).unwrap()
}

#[test]
fn an_old_input_fails_in_jsonata_too() {
    let machine = |output: Value| {
        json!({"QueryLanguage": "JSONata", "StartAt": "P", "States": {
        "P": {"Type": "Pass", "Output": output, "End": true}}})
    };
    let old = machine(json!({"id": "{% $states.input.id %}"}));
    let new = machine(json!({"id": "{% $states.input.id %}", "to": "{% $states.input.address %}"}));
    follows(&old, &new, "input-needed", Verdict::Breaking);
    run_pass(&old, &json!({"id": 7})).assert_succeeded();
    run_pass(&new, &json!({"id": 7})).assert_failed("States.QueryEvaluationError");
}

/// Returns calls of every function whose first argument is a part of the input.
fn calls() -> Vec<String> {
    let sample = |kinds: &str| match kinds {
        kinds if kinds.contains('f') => "function($x) { $x }",
        kinds if kinds.contains('s') => "'a'",
        "a" => "[1]",
        "o" => "{'k': 1}",
        "b" => "true",
        _ => "1",
    };
    let known = FUNCTIONS.iter().filter(|function| function.origin != Origin::Removed);
    let calls = known.filter(|function| function.parameters().next().is_some()).map(|function| {
        let more = function.parameters().skip(1).filter(|parameter| !parameter.optional);
        let more: String = more.map(|parameter| format!(", {}", sample(parameter.kinds))).collect();
        format!("${}($states.input.a{more})", function.name)
    });
    calls.collect()
}

#[test]
fn an_expression_that_now_needs_a_part_fails_without_it() {
    let machine = |output: &str| {
        json!({"QueryLanguage": "JSONata", "StartAt": "P", "States": {
        "P": {"Type": "Pass", "Output": {"x": format!("{{% {output} %}}")}, "End": true}}})
    };
    // `@` stands for the part.
    let others = [
        "-@",
        "@ + 1",
        "1 - @",
        "@ * 2",
        "4 / @",
        "@ % 2",
        "@ < 1",
        "1 >= @",
        "@[]",
        "@[b = 1]",
        "@.{'k': 1}",
        "@.[1]",
        "@.$string()",
        "@{'k': 1}",
        "@{'k': 1}.k",
        "@ ~> $uppercase",
        "@ ~> $count",
        "@ ~> $pad(3)",
        "(1; @)",
        "@ in [1]",
        "@ = 1",
        "@ != 1",
        "@ and true",
        "@ or false",
        "@ & ''",
        "[@]",
        "{'k': @}",
        "@.*",
        "[1..@]",
        "$sum([1..@])",
        "@ ? @ : 'none'",
        "($sum := function($x) { 1 }; $sum(@))",
        "$string(@) & ''",
        "$uppercase($string(@))",
    ];
    let others = others.iter().map(|text| text.replace('@', "$states.input.a"));
    // Calls without an argument are possible too, and a name may be bound.
    let unsure = ["$error(", "$range(", "$parse(", "$uuid("];
    for output in calls().into_iter().chain(others) {
        let plan = plan(&Machine::new(machine("$states.input.a & ''")), &Machine::new(machine(&output)));
        let is_needed = plan.findings.iter().any(|finding| finding.rule.id == "input-needed");
        let works = run_pass(&machine(&output), &json!({})).output().is_some();
        let is_unsure = unsure.iter().any(|call| output.starts_with(call));
        assert_eq!(is_needed, !works && !is_unsure, "{output}");
    }
}

#[test]
fn an_old_input_serves_where_less_is_read() {
    let (old, new) =
        (pass(&json!({"id.$": "$.id", "to.$": "$.address"})), pass(&json!({"id.$": "$.id", "to": "nobody"})));
    follows(&old, &new, "input-unread", Verdict::Compatible);
    run_pass(&new, &json!({"id": 7, "address": "here"})).assert_succeeded();
}

#[test]
fn readers_miss_what_the_output_lacks_and_ignore_what_it_has_more() {
    let (old, new) = (pass(&json!({"id.$": "$.id", "n": 1})), pass(&json!({"id.$": "$.id", "more": true})));
    follows(&old, &new, "output-removed", Verdict::Breaking);
    follows(&old, &new, "output-added", Verdict::Compatible);
    run_pass(&old, &json!({"id": 7})).assert_output(json!({"id": 7, "n": 1}));
    run_pass(&new, &json!({"id": 7})).assert_output(json!({"id": 7, "more": true}));
}

#[test]
fn an_execution_under_way_ends_on_the_definition_that_it_started_with() {
    let (old, new) = (
        json!({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}, "End": true}}}),
        json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": {"no": "token"}, "End": true}}}),
    );
    follows(&old, &new, "definition-changed", Verdict::Compatible);
    follows(&old, &new, "token-removed", Verdict::Careful);
    let late = Answers::new().then(json!({"answered": "late"})).after(Duration::from_secs(86_400));
    let before = Engine::new(&old).unwrap().on_state_answers("T", late);
    // The execution waits for its token while another one starts, and ends, on the newer definition.
    let mut waiting = before.driver(&json!({})).unwrap();
    assert!(waiting.until("T").unwrap());
    run_pass(&new, &json!({})).assert_output(json!({"no": "token"}));
    waiting.finish().unwrap().assert_output(json!({"answered": "late"}));
}

#[test]
fn a_task_that_takes_as_long_as_before_meets_a_shorter_timeout() {
    let (old, new) = (plain(&json!({"TimeoutSeconds": 60})), plain(&json!({"TimeoutSeconds": 10})));
    follows(&old, &new, "timeout-lowered", Verdict::Careful);
    let slow = Answers::new().then(json!({})).after(Duration::from_secs(30));
    run(&old, &slow, &json!({})).assert_succeeded();
    run(&new, &slow, &json!({})).assert_failed("States.Timeout");
}

#[test]
fn an_execution_that_takes_as_long_as_before_meets_a_shorter_limit() {
    let old = plain(&json!({}));
    let mut new = old.clone();
    new["TimeoutSeconds"] = json!(10);
    follows(&old, &new, "machine-timeout-lowered", Verdict::Careful);
    let slow = Answers::new().then(json!({})).after(Duration::from_secs(30));
    run(&old, &slow, &json!({})).assert_succeeded();
    run(&new, &slow, &json!({})).assert_timed_out();
}

#[test]
fn a_sender_of_heartbeats_is_too_slow_for_a_shorter_pace() {
    let callback = |beat| {
        plain(&json!({"Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}, "TimeoutSeconds": 900, "HeartbeatSeconds": beat}))
    };
    let (old, new) = (callback(60), callback(20));
    follows(&old, &new, "token-heartbeat-lowered", Verdict::Careful);
    let beating = Answers::new().then(json!({})).after(Duration::from_secs(150)).heartbeats(Duration::from_secs(30), 4);
    run(&old, &beating, &json!({})).assert_succeeded();
    run(&new, &beating, &json!({})).assert_failed("States.Timeout");
}

#[test]
fn nobody_answers_a_token_that_was_not_there_before() {
    let (old, new) = (
        plain(&json!({"TimeoutSeconds": 60})),
        plain(&json!({"TimeoutSeconds": 60, "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}}})),
    );
    follows(&old, &new, "token-required", Verdict::Breaking);
    run(&old, &Answers::new().then(json!({})), &json!({})).assert_succeeded();
    run(&new, &Answers::new().then_never(), &json!({})).assert_failed("States.Timeout");
}

#[test]
fn an_error_that_retries_made_good_fails_the_execution_without_them() {
    let retry = |attempts| plain(&json!({"Retry": [{"ErrorEquals": ["Busy"], "MaxAttempts": attempts}]}));
    let (old, new) = (retry(3), retry(1));
    follows(&old, &new, "retry-removed", Verdict::Careful);
    follows(&new, &old, "retry-added", Verdict::Compatible);
    let busy = Answers::new().fails(2, "Busy").then(json!({}));
    run(&old, &busy, &json!({})).assert_succeeded();
    run(&new, &busy, &json!({})).assert_failed("Busy");
}

#[test]
fn an_error_that_was_caught_fails_the_execution() {
    let old = task(&json!({"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}]}));
    let new = task(&json!({"Catch": [{"ErrorEquals": ["Other"], "Next": "Sorry"}]}));
    follows(&old, &new, "catch-removed", Verdict::Careful);
    follows(&new, &old, "catch-added", Verdict::Compatible);
    let busy = Answers::new().then_fails("Busy");
    run(&old, &busy, &json!({})).assert_path(["T", "Sorry"]);
    run(&new, &busy, &json!({})).assert_failed("Busy");
}

#[test]
fn a_value_that_no_rule_matches_fails_without_a_default() {
    let choice = |default: Value| {
        let mut state = json!({"Type": "Choice", "Choices": [
            {"Variable": "$.n", "NumericEquals": 1, "Next": "S"}, {"Variable": "$.n", "NumericEquals": 2, "Next": "O"}]});
        if let Some(default) = default.as_str() {
            state["Default"] = json!(default);
        }
        json!({"StartAt": "C", "States": {"C": state, "S": {"Type": "Succeed"}, "O": {"Type": "Succeed"}}})
    };
    let (old, new) = (choice(json!("O")), choice(json!(null)));
    follows(&old, &new, "default-removed", Verdict::Careful);
    run_pass(&old, &json!({"n": 3})).assert_succeeded();
    run_pass(&new, &json!({"n": 3})).assert_failed("States.Runtime");
}

#[test]
fn an_error_has_its_newer_name() {
    let fail = |error: &str| json!({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": error}}});
    follows(&fail("Old"), &fail("New"), "error-changed", Verdict::Careful);
    run_pass(&fail("Old"), &json!({})).assert_failed("Old");
    run_pass(&fail("New"), &json!({})).assert_failed("New");
}

#[test]
fn a_renamed_state_has_its_newer_name_in_the_history_and_nothing_else() {
    let machine = |name: &str| json!({"StartAt": name, "States": {name: {"Type": "Wait", "Seconds": 3, "End": true}}});
    let (old, new) = (machine("Rest"), machine("Sleep"));
    follows(&old, &new, "state-renamed", Verdict::Compatible);
    let (before, after) = (run_pass(&old, &json!({"a": 1})), run_pass(&new, &json!({"a": 1})));
    before.assert_path(["Rest"]);
    after.assert_path(["Sleep"]);
    assert_eq!(before.assert_succeeded(), after.assert_succeeded());
}
