//! Tests copies of executions, and how two copies are distinguished.

use std::hash::{DefaultHasher, Hasher};

use serde_json::{Value, json};
use workflow_local::internal::InternalExecution;
use workflow_local::{Engine, Execution, Progress, Status, TaskError, TaskId};

fn task(function: &str) -> Value {
    json!({ "Type": "Task", "Resource": format!("arn:aws:lambda:us-east-1:123456789012:function:{function}"), "End": true })
}

fn two_branches() -> Value {
    let branch = |name: &str| json!({ "StartAt": name, "States": { name: task(name) } });
    json!({ "StartAt": "Both", "States": {
        "Both": { "Type": "Parallel", "Branches": [branch("A"), branch("B")], "Next": "After" },
        "After": task("after"),
    } })
}

/// Goes on until only answers help; gives the tasks that wait, by state.
fn settle(execution: &mut Execution) -> Vec<(String, TaskId)> {
    while !matches!(execution.step(), Progress::Waiting { .. } | Progress::Ended) {}
    execution.waiting_tasks().into_iter().map(|(id, state)| (state.to_owned(), id)).collect()
}

fn answer(execution: &mut Execution, state: &str) {
    let waiting = settle(execution);
    let (_, id) = waiting.iter().find(|(waiting, _)| waiting == state).unwrap();
    let _ = execution.succeed(*id, json!(state));
    settle(execution);
}

fn fingerprint(execution: &Execution) -> u64 {
    let mut hasher = DefaultHasher::new();
    execution.fingerprint(false, false, &mut hasher);
    hasher.finish()
}

#[test]
fn a_copy_goes_its_own_way() {
    let engine = Engine::new(&two_branches()).unwrap();
    let mut execution = engine.start(&json!({})).unwrap();
    let waiting = settle(&mut execution);
    let mut copy = execution.clone();
    let _ = copy.fail_task(waiting[0].1, TaskError::new("Broken"));
    settle(&mut copy);
    assert_eq!(copy.status(), Status::Failed);
    answer(&mut execution, "A");
    answer(&mut execution, "B");
    answer(&mut execution, "After");
    assert_eq!(execution.output().unwrap().value(), &json!("After"));
}

#[test]
fn the_order_in_which_branches_end_leaves_no_trace_but_in_the_history() {
    let engine = Engine::new(&two_branches()).unwrap();
    let ordered = |order: [&str; 2]| {
        let mut execution = engine.start(&json!({})).unwrap();
        answer(&mut execution, order[0]);
        let between = fingerprint(&execution);
        answer(&mut execution, order[1]);
        (between, fingerprint(&execution))
    };
    let (one, other) = (ordered(["A", "B"]), ordered(["B", "A"]));
    assert_ne!(one.0, other.0);
    assert_eq!(one.1, other.1);
    let another_input = {
        let mut execution = engine.start(&json!({ "other": 1 })).unwrap();
        answer(&mut execution, "A");
        answer(&mut execution, "B");
        fingerprint(&execution)
    };
    assert_ne!(one.1, another_input);
}
