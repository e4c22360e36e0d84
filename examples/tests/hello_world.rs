//! Tests that the Hello World example is the expected state machine, and that both of its paths run.

use examples::hello_world::{FUNCTION, HelloWorld, HelloWorldInput, HelloWorldOutput, HelloWorldState, to_base64};
use serde_json::Value;
use workflow_asl::path::JsonPath;
use workflow_local::{Engine, EventType, Execution, Status};
use workflow_runtime::WorkflowState;

/// The expected state machine.
const WANTED: &str = include_str!("hello_world.asl.json");

/// Normalizes `$['x']` and `$.x`.
fn normalized(value: Value) -> Value {
    match value {
        Value::String(text) if text.starts_with('$') => match JsonPath::parse(&text) {
            Ok(path) => path.normalized().into(),
            Err(_) => text.into(),
        },
        Value::Array(items) => items.into_iter().map(normalized).collect(),
        Value::Object(members) => members.into_iter().map(|(name, member)| (name, normalized(member))).collect(),
        other => other,
    }
}

fn run(is_hello_world_example: bool) -> Execution {
    let engine = Engine::of::<HelloWorld>().unwrap().on_lambda(FUNCTION, to_base64);
    engine.run(&HelloWorldInput { is_hello_world_example }).unwrap()
}

#[test]
fn it_is_the_machine_of_the_file() {
    let wanted: Value = serde_json::from_str(WANTED).unwrap();
    let found: Value = serde_json::from_str(HelloWorld::definition().as_str()).unwrap();
    assert_eq!(normalized(found), normalized(wanted));
}

#[test]
fn its_states_are_those_of_all_branches() {
    let names: Vec<_> = HelloWorldState::ALL.iter().map(|state| state.name()).collect();
    assert_eq!(names.len(), 10);
    assert_eq!(HelloWorldState::Convert.to_string(), "Convert HelloWorld to Base64");
    assert!(names.contains(&"World"));
}

#[test]
fn hello_world_is_written_in_base64_after_three_seconds() {
    let execution = run(true);
    assert_eq!(execution.status(), Status::Succeeded);
    let output: HelloWorldOutput = execution.output_as().unwrap();
    assert_eq!(output, HelloWorldOutput { payload: "SGVsbG9Xb3JsZA==".to_owned(), status_code: 200 });
    assert_eq!(execution.started_at().until(execution.now()).as_secs(), 3);
    assert_eq!(execution.history().last().unwrap().kind, EventType::ExecutionSucceeded);
}

#[test]
fn anything_else_fails() {
    let execution = run(false);
    assert_eq!(execution.status(), Status::Failed);
    assert_eq!(execution.path().last(), Some(&"HelloWorldFailed"));
}

#[test]
fn a_failing_function_is_tried_again_and_then_caught() {
    let engine = Engine::of::<HelloWorld>()
        .unwrap()
        .on_state(HelloWorldState::Convert, |_: Value| Err::<Value, _>(workflow_local::TaskError::new("Broken")));
    let execution = engine.run(&HelloWorldInput { is_hello_world_example: true }).unwrap();
    assert_eq!(execution.path().last(), Some(&"LambdaTaskFailed"));
    let attempts = execution.history().iter().filter(|event| event.kind == EventType::TaskScheduled).count();
    assert_eq!(attempts, 3);
    // 3 s of waiting, then backoff of 15 s and 60 s.
    assert_eq!(execution.started_at().until(execution.now()).as_secs(), 78);
}
