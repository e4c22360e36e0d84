//! Tests the properties of every state machine and input: no panic, a well-linked history, a reproducible result.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::{Value, json};
use workflow_local::history::Details;
use workflow_local::{Answers, Clock, Engine, EventType, Execution, TaskError};

/// A state by its letter, and what it does; `next` and the targets of choices and catchers only lead
/// forward, so that every execution ends.
#[derive(Clone, Debug)]
enum Work {
    Pass(Value),
    Wait(u8),
    Task {
        retries: u8,
        catches: bool,
    },
    /// A task that waits for its token, for ten seconds, of which three may be without a heartbeat.
    Callback {
        catches: bool,
    },
    Choice(u8),
    Map(Vec<Work>),
    /// A map whose items, or batches of two, are executions of their own.
    Distributed {
        inner: Vec<Work>,
        batches: bool,
        tolerates: bool,
    },
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
        3 => any::<bool>().prop_map(|catches| Work::Callback { catches }),
        2 => any::<u8>().prop_map(Work::Choice),
        1 => Just(Work::Fail),
        1 => Just(Work::Succeed),
    ];
    leaf.prop_recursive(2, 12, 3, |inner| {
        let scope = prop::collection::vec(inner, 1..4);
        let distributed = (scope.clone(), any::<bool>(), any::<bool>());
        prop_oneof![
            scope.clone().prop_map(Work::Map),
            distributed.prop_map(|(inner, batches, tolerates)| Work::Distributed { inner, batches, tolerates }),
            prop::collection::vec(scope, 1..4).prop_map(Work::Parallel),
        ]
    })
}

/// Returns the machine; one that is not `slow` has no waits and no backoff.
fn machine(jsonata: bool, slow: bool, states: &[Work]) -> Value {
    let mut machine = scope(jsonata, slow, states, "S", false);
    if jsonata {
        machine["QueryLanguage"] = json!("JSONata");
    }
    machine
}

const TIMEOUT: u64 = 10;
const HEARTBEAT: u64 = 3;
const CALLBACK: &str = "arn:aws:states:::sns:publish";
/// What the tasks of child executions call: nobody sees their histories, so that what they get follows from what they send.
const IN_CHILD: &str = "arn:aws:states:::events:putEvents";

/// Returns a scope of the states, and a last one for all that lead on to.
fn scope(jsonata: bool, slow: bool, works: &[Work], prefix: &str, in_child: bool) -> Value {
    let arguments = if jsonata { "Arguments" } else { "Parameters" };
    // Nothing would lead to what follows an end, but what leads to the last state.
    let end = works.iter().position(|work| matches!(work, Work::Fail | Work::Succeed));
    let works = end.and_then(|end| works.get(..=end)).unwrap_or(works);
    let is_left = |work: &Work| {
        matches!(work, Work::Choice(_) | Work::Task { catches: true, .. } | Work::Callback { catches: true })
    };
    let has_last = end.is_none() || works.iter().any(is_left);
    // An inner scope must not assign what an outer one does.
    let variable = format!("v{prefix}");
    let name = |at: usize| format!("{prefix}{at}");
    let mut states = serde_json::Map::new();
    for (at, work) in works.iter().enumerate() {
        let (next, last) = (name(at + 1), name(works.len()));
        let mut state = match work {
            Work::Pass(value) if jsonata => json!({ "Type": "Pass", "Assign": { &variable: value }, "Output": value }),
            Work::Pass(value) => {
                json!({ "Type": "Pass", "Result": value, "ResultPath": "$.p", "Assign": { format!("{variable}.$"): "$" } })
            }
            Work::Wait(seconds) => json!({ "Type": "Wait", "Seconds": if slow { *seconds } else { 0 } }),
            Work::Task { catches, .. } | Work::Callback { catches } if in_child => {
                let mut task = json!({ "Type": "Task", "Resource": IN_CHILD,
                    "Retry": [{ "ErrorEquals": ["Busy"], "MaxAttempts": u8::from(slow) }] });
                task[arguments] = json!({ "Entries": [{ "Detail": name(at) }] });
                if *catches {
                    task["Catch"] = json!([{ "ErrorEquals": ["States.ALL"], "Next": last }]);
                }
                task
            }
            Work::Callback { catches } => {
                let mut task = json!({ "Type": "Task", "Resource": format!("{CALLBACK}.waitForTaskToken"),
                    "TimeoutSeconds": TIMEOUT, "HeartbeatSeconds": HEARTBEAT,
                    "Retry": [{ "ErrorEquals": ["States.HeartbeatTimeout"], "MaxAttempts": u8::from(slow) }] });
                task[arguments] = match jsonata {
                    true => {
                        json!({ "TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message": "{% $states.context.Task.Token %}" })
                    }
                    false => {
                        json!({ "TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message.$": "$$.Task.Token" })
                    }
                };
                if *catches {
                    task["Catch"] = json!([{ "ErrorEquals": ["States.ALL"], "Next": last }]);
                }
                task
            }
            Work::Task { retries, catches } => {
                let retries = if slow { *retries } else { 0 };
                let mut task = json!({ "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "TimeoutSeconds": 5,
                    "Retry": [{ "ErrorEquals": ["Busy"], "MaxAttempts": retries, "JitterStrategy": "FULL" }] });
                task[arguments] = json!({ "QueueUrl": "q", "MessageBody": "m" });
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
            Work::Distributed { inner, batches, tolerates } => {
                let mut processor = scope(jsonata, slow, inner, &format!("{prefix}{at}d"), true);
                processor["ProcessorConfig"] = json!({ "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" });
                let mut map = json!({ "Type": "Map", "ItemProcessor": processor, "MaxConcurrency": at % 3 });
                match jsonata {
                    true => map["Items"] = json!("{% [1, $states.input, 3] %}"),
                    false => map["ItemsPath"] = json!("$.items"),
                }
                if *batches {
                    map["ItemBatcher"] = json!({ "MaxItemsPerBatch": 2 });
                }
                if *tolerates {
                    map["ToleratedFailurePercentage"] = json!(100);
                }
                map
            }
            Work::Map(inner) => {
                let processor = scope(jsonata, slow, inner, &format!("{prefix}{at}m"), in_child);
                let mut map = json!({ "Type": "Map", "ItemProcessor": processor, "MaxConcurrency": at % 3 });
                match jsonata {
                    true => map["Items"] = json!("{% [1, $states.input] %}"),
                    false => map["ItemsPath"] = json!("$.items"),
                }
                map
            }
            Work::Parallel(branches) => {
                let branch = |(i, branch): (usize, &Vec<Work>)| {
                    scope(jsonata, slow, branch, &format!("{prefix}{at}p{i}x"), in_child)
                };
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
    if has_last {
        states.insert(name(works.len()), json!({ "Type": "Pass", "End": true }));
    }
    json!({ "StartAt": name(0), "States": states })
}

fn answer() -> impl Strategy<Value = Result<Value, TaskError>> {
    prop_oneof![
        4 => value().prop_map(Ok),
        3 => prop_oneof![Just("Busy"), Just("Broken"), Just("States.Runtime")].prop_map(|error| Err(TaskError::new(error))),
    ]
}

/// What comes for a token: heartbeats, a second apart, then an answer, or none.
#[derive(Clone, Debug)]
struct Called {
    answer: Option<Result<Value, TaskError>>,
    /// Seconds until the answer.
    after: u64,
    heartbeats: u64,
}

impl Called {
    fn at_once(answer: Result<Value, TaskError>) -> Self {
        Self { answer: Some(answer), after: 0, heartbeats: 0 }
    }
}

fn called() -> impl Strategy<Value = Called> {
    // Answers of one instant come in an order that the history does not tell: these come later than those of other tasks.
    (prop::option::weighted(0.7, answer()), 1..2 * TIMEOUT, 0..2 * TIMEOUT)
        .prop_map(|(answer, after, heartbeats)| Called { answer, after, heartbeats })
}

fn callbacks(called: &[Called]) -> Answers {
    called.iter().fold(Answers::new(), |answers, called| {
        let answers = match called.answer.clone() {
            Some(Ok(value)) => answers.gives(1, value),
            Some(Err(error)) => answers.fails(1, error),
            None => answers.never(1),
        };
        let heartbeats = u32::try_from(called.heartbeats).unwrap();
        answers.after(Duration::from_secs(called.after)).heartbeats(Duration::from_secs(1), heartbeats)
    })
}

/// Returns an engine whose n-th task gets the n-th answer, from the first again after the last; `None` when the
/// definition is refused (a state that nothing leads to).
fn engine(
    definition: &Value,
    seed: u64,
    answers: &[Result<Value, TaskError>],
    called: impl Iterator<Item = Called>,
) -> Option<Engine> {
    with_answers(definition, seed, answers.to_vec(), called)
}

fn with_answers(
    definition: &Value,
    seed: u64,
    answers: Vec<Result<Value, TaskError>>,
    called: impl Iterator<Item = Called>,
) -> Option<Engine> {
    let called = callbacks(&called.collect::<Vec<_>>()).then_never();
    let engine = Engine::new(definition).ok()?.seed(seed).on_resource_answers(CALLBACK, called);
    let engine = engine.on_resource(IN_CHILD, |request: Value| {
        let name = request["Entries"][0]["Detail"].as_str().unwrap_or_default();
        match name.len() % 3 {
            0 => Err(TaskError::new("Busy")),
            _ => Ok(json!({ "items": [name] })),
        }
    });
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

/// Returns what the tasks of an execution answered, in the order in which they were scheduled: those that wait for no
/// token, where `null` is for what something else ended, and those that do.
fn answered(execution: &Execution) -> (Vec<Result<Value, TaskError>>, Vec<Called>) {
    let history = execution.history();
    let (mut answers, mut callbacks) = (BTreeMap::new(), BTreeMap::new());
    for event in history {
        let answer = match (event.kind, &event.details) {
            (EventType::TaskScheduled, Details::TaskScheduled { resource, .. }) => {
                match resource.ends_with("waitForTaskToken") {
                    // Something else ends it, unless an answer is found: until then it goes on.
                    true => drop(callbacks.insert(event.id, Called { answer: None, after: 0, heartbeats: TIMEOUT })),
                    false => drop(answers.insert(event.id, Ok(Value::Null))),
                }
                continue;
            }
            (EventType::TaskSucceeded, Details::TaskOutput { output, .. }) => Some(Ok(output.value().clone())),
            (EventType::TaskFailed, Details::TaskFailure { error, .. }) => {
                Some(Err(TaskError::new(error.as_deref().unwrap_or_default().to_owned())))
            }
            (EventType::TaskTimedOut, Details::TaskFailure { .. }) => None,
            _ => continue,
        };
        let mut scheduled = event.previous_id;
        while !answers.contains_key(&scheduled) && !callbacks.contains_key(&scheduled) {
            scheduled = history[usize::try_from(scheduled).unwrap() - 1].previous_id;
        }
        if let Some(called) = callbacks.get_mut(&scheduled) {
            let from = history[usize::try_from(scheduled).unwrap() - 1].timestamp;
            let after = from.until(event.timestamp).as_secs();
            let heartbeats = match answer {
                Some(_) => after,
                None if after == TIMEOUT => after,
                None => after - HEARTBEAT,
            };
            *called = Called { answer, after, heartbeats };
        } else if let Some(answer) = answer {
            answers.insert(scheduled, answer);
        }
    }
    (answers.into_values().collect(), callbacks.into_values().collect())
}

/// Everything of the events but times: their own, and those in the details of child executions.
fn without_times(execution: &Execution) -> Vec<String> {
    let is_time = |text: &[u8]| {
        text.len() == TIME.len()
            && text.iter().zip(TIME).all(|(is, like)| match like {
                b'0' => is.is_ascii_digit(),
                _ => is == like,
            })
    };
    let events = execution.history().iter();
    let told = events.map(|event| {
        let mut text = format!("{} {} {:?} {:?}", event.id, event.previous_id, event.kind, event.details);
        let mut at = 0;
        while let Some(window) = text.as_bytes().get(at..at + TIME.len()) {
            if is_time(window) {
                text.replace_range(at..at + TIME.len(), "TIME");
            }
            at += 1;
        }
        text
    });
    told.collect()
}

const TIME: &[u8] = b"0000-00-00T00:00:00.000Z";

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn histories_are_well_linked_and_repeat_and_replay(
        states in prop::collection::vec(work(), 1..6),
        jsonata: bool,
        input in value(),
        seed: u64,
        answers in prop::collection::vec(answer(), 1..8),
        called in prop::collection::vec(called(), 0..6),
    ) {
        let definition = machine(jsonata, true, &states);
        let first = engine(&definition, seed, &answers, called.iter().cloned());
        prop_assume!(first.is_some());
        let first = first.unwrap().run(&input).unwrap();
        well_linked(&first)?;
        let second = engine(&definition, seed, &answers, called.into_iter()).unwrap().run(&input).unwrap();
        prop_assert_eq!(first.history(), second.history());
        let (answers, called) = answered(&first);
        let answers = if answers.is_empty() { vec![Ok(Value::Null)] } else { answers };
        let replayed = with_answers(&definition, seed, answers, called.into_iter()).unwrap().run(&input).unwrap();
        prop_assert_eq!(first.history(), replayed.history());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_clocks_agree_on_everything_but_time(
        states in prop::collection::vec(work(), 1..6),
        jsonata: bool,
        input in value(),
        seed: u64,
        answers in prop::collection::vec(answer(), 1..8),
        called in prop::collection::vec(answer(), 0..6),
    ) {
        let definition = machine(jsonata, false, &states);
        let called = || called.iter().cloned().map(Called::at_once);
        let on_virtual = engine(&definition, seed, &answers, called());
        prop_assume!(on_virtual.is_some());
        let on_virtual = on_virtual.unwrap().run(&input).unwrap();
        let on_real = engine(&definition, seed, &answers, called()).unwrap().clock(Clock::Real).run(&input).unwrap();
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
        with_answers(&definition, 0, answers, std::iter::empty()).unwrap().clock(clock).run(&json!({})).unwrap()
    };
    let (on_virtual, on_real) = (run(Clock::Virtual), run(Clock::Real));
    assert_eq!(without_times(&on_virtual), without_times(&on_real));
    let lasted = |execution: &Execution| execution.started_at().until(execution.stopped_at().unwrap());
    assert_eq!(lasted(&on_virtual).as_millis(), 2_000);
    assert!((2_000..4_000).contains(&lasted(&on_real).as_millis()), "{:?}", lasted(&on_real));
}
