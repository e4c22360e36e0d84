//! Tests executions that are paused, inspected and changed, and the messages of assertions.

use std::panic::{AssertUnwindSafe, catch_unwind};
use workflow_cases::every;

use serde_json::{Value, json};
use workflow_local::{Engine, EventType, Execution, ForkError, HistoryEvent};

fn counter() -> Engine {
    Engine::new(&json!({
        "StartAt": "Count", "QueryLanguage": "JSONata",
        "States": {
            "Count": { "Type": "Pass", "Assign": { "sum": "{% $states.input.n %}" }, "Next": "Again" },
            "Again": { "Type": "Pass", "Assign": { "sum": "{% $sum + 1 %}" }, "Next": "Enough" },
            "Enough": { "Type": "Choice", "Choices": [{ "Condition": "{% $sum < 3 %}", "Next": "Again" }], "Default": "Tell" },
            "Tell": { "Type": "Pass", "Output": "{% $sum %}", "End": true }
        }
    }))
    .unwrap()
}

#[test]
fn it_stops_before_each_visit_of_a_state() {
    let engine = counter();
    let mut driver = engine.driver(&json!({ "n": 1 })).unwrap();
    assert!(driver.until("Count").unwrap());
    assert_eq!(driver.execution().history().len(), 1);
    assert!(driver.until("Again").unwrap());
    assert_eq!(**driver.execution().variable("sum").unwrap(), json!(1));
    assert!(driver.until("Again").unwrap());
    assert_eq!(**driver.execution().variable("sum").unwrap(), json!(2));
    assert!(!driver.until("Again").unwrap());
    driver.execution().assert_output(3);
    let unknown = driver.until("Agian").unwrap_err().to_string();
    assert!(unknown.contains("no state `Agian`") && unknown.contains("did you mean `Again`?"), "{unknown}");
}

#[test]
fn what_comes_next_is_changed() {
    let engine = counter();
    let mut driver = engine.driver(&json!({ "n": 1 })).unwrap();
    driver.until("Enough").unwrap();
    assert!(driver.execution_mut().set_variable("sum", json!(40)));
    let execution = driver.finish().unwrap();
    execution.assert_path(["Count", "Again", "Enough", "Tell"]);
    execution.assert_output(40);
    let execution = engine.driver_at("Enough", &json!(null), &json!({ "sum": 2 })).unwrap().finish().unwrap();
    execution.assert_path(["Enough", "Again", "Enough", "Tell"]);
}

#[test]
fn variables_and_handlers_that_cannot_be_are_refused() {
    let engine = counter();
    let refused = engine.driver_at("Enough", &json!(null), &json!([2])).err().unwrap().to_string();
    assert!(refused.contains("the variables are not a JSON object"), "{refused}");
    let engine = engine.on_state("Enough", |_: Value| Ok(1));
    let refused = engine.driver(&json!({ "n": 1 })).err().unwrap().to_string();
    assert_eq!(refused, "`Enough` is a Choice state; only tasks are answered");
}

#[test]
fn each_event_is_told_to_a_watcher() {
    let engine = counter();
    let mut seen = Vec::new();
    let mut driver = engine.driver(&json!({ "n": 1 })).unwrap();
    driver.watch(|event| seen.push(event.id));
    assert!(driver.until("Enough").unwrap());
    let execution = driver.finish().unwrap();
    // The first was there before.
    let all: Vec<_> = execution.history().iter().skip(1).map(|event| event.id).collect();
    assert_eq!(seen, all);
}

#[test]
fn it_is_stepped_event_by_event() {
    let engine = counter();
    let mut driver = engine.driver(&json!({ "n": 9 })).unwrap();
    let mut kinds = vec![EventType::ExecutionStarted];
    loop {
        let events = driver.step().unwrap();
        if events.is_empty() {
            break;
        }
        kinds.extend(events.iter().map(|event| event.kind));
    }
    let history: Vec<_> = driver.execution().history().iter().map(|event| event.kind).collect();
    assert_eq!(kinds, history);
    assert_eq!(kinds.last(), Some(&EventType::ExecutionSucceeded));
}

/// Returns what an assertion that fails says.
fn message(assertion: impl FnOnce(&Execution)) -> String {
    let execution = counter().run(&json!({ "n": 2 })).unwrap();
    let panic = catch_unwind(AssertUnwindSafe(|| assertion(&execution))).unwrap_err();
    panic.downcast_ref::<String>().unwrap().clone()
}

#[test]
fn an_assertion_that_fails_prints_the_history() {
    every(
        [
            (message(|e| e.assert_output(json!({"a": 1}))), "the output differs: expected {\"a\":1}, it is 3\n"),
            (message(|e| e.assert_failed("No")), "it should have failed with `No`\n"),
            (message(|e| e.assert_timed_out()), "it should have timed out\n"),
            (message(|e| e.assert_entered("Never")), "it should have entered `Never`\n"),
            (
                message(|e| e.assert_path(["Count", "Tell"])),
                "it took another path\n  expected: Count -> Tell\n  it took:  Count -> Again -> Enough -> Tell\n",
            ),
        ],
        |(message, first)| {
            assert!(message.starts_with(first), "{message}");
            assert!(message.contains("Count <- {\"n\":2}"), "{message}");
            assert!(message.ends_with("SUCCEEDED: 3"), "{message}");
        },
    );
}

#[test]
fn all_variables_together_have_a_limit() {
    // 200 KiB an assignment, each to a variable of its own: the 52nd is over 10 MiB.
    let mut states = serde_json::Map::new();
    for i in 0..60 {
        let next = format!("S{}", i + 1);
        states.insert(
            format!("S{i}"),
            json!({ "Type": "Pass", "Assign": { format!("v{i}"): "{% $states.input %}" }, "Next": next }),
        );
    }
    states.insert("S60".to_owned(), json!({ "Type": "Succeed" }));
    let machine = json!({ "StartAt": "S0", "QueryLanguage": "JSONata", "States": states });
    let execution = Engine::new(&machine).unwrap().run(&"x".repeat(200 * 1024 - 2)).unwrap();
    execution.assert_failed("States.DataLimitExceeded");
    assert_eq!(execution.path().len(), 52);
}

#[test]
fn an_execution_goes_on_from_one_of_its_states() {
    let definition = |next: &str| {
        let mut definition = json!({"StartAt": "Read", "QueryLanguage": "JSONata", "States": {
            "Read": {"Type": "Pass", "Assign": {"order": "{% $states.input.order %}"}, "Output": {"read": true}, "Next": "Both"},
            "Both": {"Type": "Parallel", "Next": "Ship", "Branches": [
                {"StartAt": "Left", "States": {"Left": {"Type": "Pass", "Assign": {"inner": 1}, "Next": "Last"},
                    "Last": {"Type": "Pass", "Output": "{% $inner + $order %}", "End": true}}},
                {"StartAt": "Right", "States": {"Right": {"Type": "Pass", "End": true}}}]},
            "Ship": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "ship"},
                "Assign": {"order": 0}, "Next": next},
            "Done": {"Type": "Pass", "Output": "{% [$order, $states.context.Execution.Input.order] %}", "End": true},
            "Lost": {"Type": "Fail", "Error": "Lost"}}});
        let states = definition["States"].as_object_mut().unwrap();
        states.retain(|name, _| name == next || !["Done", "Lost"].contains(&name.as_str()));
        definition
    };
    let engine = |next: &str| Engine::new(&definition(next)).unwrap().on_state("Ship", |_: Value| Ok(json!({})));
    let recorded = engine("Lost").run(&json!({"order": 7})).unwrap();
    recorded.assert_failed("Lost");
    // A changed definition; variables of branches are not those of the machine.
    let changed = engine("Done");
    let mut driver = recorded.fork(&changed, "Ship").unwrap();
    assert_eq!(driver.execution().variable("order").map(|value| (**value).clone()), Some(json!(7)));
    assert!(driver.execution().variable("inner").is_none());
    assert_eq!(**driver.execution().next_input().unwrap(), json!([8, {"read": true}]));
    driver.execution_mut().set_next_input(json!([]));
    let done = driver.finish().unwrap();
    done.assert_path(["Ship", "Done"]);
    done.assert_output(json!([0, 7]));
    // A state of a branch runs the branch.
    recorded.fork(&changed, "Last").unwrap().finish().unwrap().assert_output(8);
    let refused = |state: &str| recorded.fork(&changed, state).err().unwrap().to_string();
    let entered = "the execution did not enter the state `Done`, but `Read`, `Both`, `Left`, ";
    assert!(refused("Done").starts_with(entered), "{}", refused("Done"));
    let without = json!([{"id": 1, "type": "PassStateEntered", "stateEnteredEventDetails": {"name": "Ship"}}]);
    assert!(changed.fork(&without, "Ship").err().unwrap().to_string().contains("fetch it with execution data"));
    assert!(matches!(changed.fork(&json!("text"), "Ship"), Err(ForkError::NoHistory(_))));
    // The newest event may come first.
    let mut events: Vec<Value> = recorded.history().iter().map(HistoryEvent::to_api_json).collect();
    events.reverse();
    changed.fork(&events.into(), "Ship").unwrap().finish().unwrap().assert_output(json!([0, 7]));
}
