//! What holds for every machine and input: no panic, a well-linked history, the same one each time.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::{Value, json};
use workflow_local::history::Details;
use workflow_local::{Clock, Engine, EventType, Execution, TaskError};

/// A state by its letter, and what it does; `next` and the targets of choices and catchers only lead
/// forward, so that every execution ends.
#[derive(Clone, Debug)]
enum Work {
    Pass(Value),
    Wait(u8),
    Task { retries: u8, catches: bool },
    Choice(u8),
    Map(Vec<Work>),
    Parallel(Vec<Vec<Work>>),
    Fail,
    Succeed,
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-5_i64..5).prop_map(Value::from),
        "[a-c$.]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-c]|items", inner, 0..4).prop_map(|members| json!(members)),
        ]
    })
}

fn work() -> impl Strategy<Value = Work> {
    let leaf = prop_oneof![
        3 => value().prop_map(Work::Pass),
        1 => (0_u8..3).prop_map(Work::Wait),
        4 => (0_u8..3, any::<bool>()).prop_map(|(retries, catches)| Work::Task { retries, catches }),
        2 => any::<u8>().prop_map(Work::Choice),
        1 => Just(Work::Fail),
        1 => Just(Work::Succeed),
    ];
    leaf.prop_recursive(2, 12, 3, |inner| {
        let scope = prop::collection::vec(inner, 1..4);
        prop_oneof![scope.clone().prop_map(Work::Map), prop::collection::vec(scope, 1..4).prop_map(Work::Parallel),]
    })
}

/// The machine; one that is not `slow` has no waits and no back-off.
fn machine(jsonata: bool, slow: bool, states: &[Work]) -> Value {
    let mut machine = scope(jsonata, slow, states, "S");
    if jsonata {
        machine["QueryLanguage"] = json!("JSONata");
    }
    machine
}

/// A scope of the states, and a last one for all that lead on to.
fn scope(jsonata: bool, slow: bool, works: &[Work], prefix: &str) -> Value {
    let name = |at: usize| format!("{prefix}{at}");
    let mut states = serde_json::Map::new();
    for (at, work) in works.iter().enumerate() {
        let (next, last) = (name(at + 1), name(works.len()));
        let mut state = match work {
            Work::Pass(value) if jsonata => json!({ "Type": "Pass", "Assign": { "v": value }, "Output": value }),
            Work::Pass(value) => {
                json!({ "Type": "Pass", "Result": value, "ResultPath": "$.p", "Assign": { "v.$": "$" } })
            }
            Work::Wait(seconds) => json!({ "Type": "Wait", "Seconds": if slow { *seconds } else { 0 } }),
            Work::Task { retries, catches } => {
                let retries = if slow { *retries } else { 0 };
                let mut task = json!({ "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "TimeoutSeconds": 5,
                    "Retry": [{ "ErrorEquals": ["Busy"], "MaxAttempts": retries, "JitterStrategy": "FULL" }] });
                task[if jsonata { "Arguments" } else { "Parameters" }] = json!({ "QueueUrl": "q", "MessageBody": "m" });
                if *catches {
                    task["Catch"] = json!([{ "ErrorEquals": ["States.ALL"], "Next": last }]);
                }
                task
            }
            Work::Choice(limit) => {
                let rule = match jsonata {
                    true => {
                        json!({ "Condition": format!("{{% $length($string($states.input)) < {limit} %}}"), "Next": last })
                    }
                    false => json!({ "Variable": "$.a", "IsPresent": limit % 2 == 0, "Next": last }),
                };
                json!({ "Type": "Choice", "Choices": [rule], "Default": next })
            }
            Work::Map(inner) => {
                let processor = scope(jsonata, slow, inner, &format!("{prefix}{at}m"));
                let mut map = json!({ "Type": "Map", "ItemProcessor": processor, "MaxConcurrency": at % 3 });
                match jsonata {
                    true => map["Items"] = json!("{% [1, $states.input] %}"),
                    false => map["ItemsPath"] = json!("$.items"),
                }
                map
            }
            Work::Parallel(branches) => {
                let branch =
                    |(i, branch): (usize, &Vec<Work>)| scope(jsonata, slow, branch, &format!("{prefix}{at}p{i}x"));
                json!({ "Type": "Parallel", "Branches": branches.iter().enumerate().map(branch).collect::<Value>() })
            }
            Work::Fail => json!({ "Type": "Fail", "Error": "Busy" }),
            Work::Succeed => json!({ "Type": "Succeed" }),
        };
        if !matches!(work, Work::Choice(_) | Work::Fail | Work::Succeed) {
            state["Next"] = json!(next);
        }
        states.insert(name(at), state);
    }
    states.insert(name(works.len()), json!({ "Type": "Pass", "End": true }));
    json!({ "StartAt": name(0), "States": states })
}

fn answer() -> impl Strategy<Value = Result<Value, TaskError>> {
    prop_oneof![
        4 => value().prop_map(Ok),
        3 => prop_oneof![Just("Busy"), Just("Broken"), Just("States.Runtime")].prop_map(|error| Err(TaskError::new(error))),
    ]
}

/// An engine whose n-th task gets the n-th answer, from the first again after the last; `None` when the
/// definition is refused (a state that nothing leads to).
fn engine(definition: &Value, seed: u64, answers: &[Result<Value, TaskError>]) -> Option<Engine> {
    with_answers(definition, seed, answers.to_vec())
}

fn with_answers(definition: &Value, seed: u64, answers: Vec<Result<Value, TaskError>>) -> Option<Engine> {
    let engine = Engine::new(definition).ok()?.seed(seed);
    let asked = AtomicUsize::new(0);
    Some(engine.on_resource("arn:aws:states:::sqs:sendMessage", move |_: Value| {
        answers[asked.fetch_add(1, Ordering::Relaxed) % answers.len()].clone()
    }))
}

fn well_linked(execution: &Execution) -> TestCaseResult {
    let history = execution.history();
    for (at, event) in history.iter().enumerate() {
        prop_assert_eq!(event.id, at as u64 + 1, "ids are dense\n{}", execution);
        prop_assert!(event.previous_id < event.id, "an event follows an earlier one\n{}", execution);
        prop_assert!(at == 0 || history[at - 1].timestamp <= event.timestamp, "time goes on\n{}", execution);
        prop_assert!(
            event.previous_id > 0 || at < 2 || at + 1 == history.len(),
            "only the first follow nothing\n{}",
            execution
        );
    }
    let last = history.last().unwrap().kind.name();
    prop_assert!(last.starts_with("Execution"), "it ends with its end: {}", last);
    Ok(())
}

/// What each task of an execution answered, in the order in which they were scheduled; `null` for those that
/// something else ended.
fn answered(execution: &Execution) -> Vec<Result<Value, TaskError>> {
    let history = execution.history();
    let mut answers = BTreeMap::new();
    for event in history {
        let answer = match (event.kind, &event.details) {
            (EventType::TaskScheduled, _) => {
                answers.insert(event.id, Ok(Value::Null));
                continue;
            }
            (EventType::TaskSucceeded, Details::TaskOutput { output, .. }) => Ok(output.value().clone()),
            (EventType::TaskFailed, Details::TaskFailure { error, .. }) => {
                Err(TaskError::new(error.as_deref().unwrap_or_default().to_owned()))
            }
            _ => continue,
        };
        let mut scheduled = event.previous_id;
        while !answers.contains_key(&scheduled) {
            scheduled = history[usize::try_from(scheduled).unwrap() - 1].previous_id;
        }
        answers.insert(scheduled, answer);
    }
    answers.into_values().collect()
}

/// Everything of the events but their times.
fn without_times(execution: &Execution) -> Vec<(u64, u64, EventType, Details)> {
    let events = execution.history().iter();
    events.map(|event| (event.id, event.previous_id, event.kind, event.details.clone())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn histories_are_well_linked_and_repeat_and_replay(
        states in prop::collection::vec(work(), 1..6),
        jsonata: bool,
        input in value(),
        seed: u64,
        answers in prop::collection::vec(answer(), 1..8),
    ) {
        let definition = machine(jsonata, true, &states);
        let first = engine(&definition, seed, &answers);
        prop_assume!(first.is_some());
        let first = first.unwrap().run(&input).unwrap();
        well_linked(&first)?;
        let second = engine(&definition, seed, &answers).unwrap().run(&input).unwrap();
        prop_assert_eq!(first.history(), second.history());
        let replayed = with_answers(&definition, seed, answered(&first)).unwrap().run(&input).unwrap();
        prop_assert_eq!(first.history(), replayed.history());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_clocks_agree_on_everything_but_time(
        states in prop::collection::vec(work(), 1..6),
        jsonata: bool,
        input in value(),
        seed: u64,
        answers in prop::collection::vec(answer(), 1..8),
    ) {
        let definition = machine(jsonata, false, &states);
        let on_virtual = engine(&definition, seed, &answers);
        prop_assume!(on_virtual.is_some());
        let on_virtual = on_virtual.unwrap().run(&input).unwrap();
        let on_real = engine(&definition, seed, &answers).unwrap().clock(Clock::Real).run(&input).unwrap();
        well_linked(&on_real)?;
        prop_assert_eq!(without_times(&on_virtual), without_times(&on_real));
    }
}

#[test]
fn the_clocks_agree_on_waits_and_back_off() {
    let definition = json!({ "StartAt": "P", "States": { "P": { "Type": "Parallel", "End": true, "Branches": [
        { "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": 2, "Next": "X" }, "X": { "Type": "Pass", "End": true } } },
        { "StartAt": "T", "States": { "T": { "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": true,
            "Parameters": { "QueueUrl": "q", "MessageBody": "m" },
            "Retry": [{ "ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 1 }] } } },
    ] } } });
    let run = |clock| {
        let answers = vec![Err(TaskError::new("Busy")), Ok(json!("sent"))];
        with_answers(&definition, 0, answers).unwrap().clock(clock).run(&json!({})).unwrap()
    };
    let (on_virtual, on_real) = (run(Clock::Virtual), run(Clock::Real));
    assert_eq!(without_times(&on_virtual), without_times(&on_real));
    let lasted = |execution: &Execution| execution.started_at().until(execution.stopped_at().unwrap());
    assert_eq!(lasted(&on_virtual).as_millis(), 2_000);
    assert!((2_000..4_000).contains(&lasted(&on_real).as_millis()), "{:?}", lasted(&on_real));
}
