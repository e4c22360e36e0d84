//! Tests closures as task handlers: typed, asynchronous, panicking, missing.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic, and so may what it calls")]

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use workflow_local::{Engine, RunError, Status, TaskError};

fn invoke(further: Value) -> Value {
    let mut state = json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": { "FunctionName": "arn:aws:lambda:us-east-1:123456789012:function:double:live", "Payload.$": "$" },
        "End": true
    });
    for (name, value) in further.as_object().expect("fields are an object") {
        state[name] = value.clone();
    }
    json!({ "StartAt": "Double", "States": { "Double": state } })
}

#[derive(Serialize, Deserialize)]
struct Order {
    count: u32,
}

fn double(order: Order) -> Result<Order, TaskError> {
    Ok(Order { count: order.count * 2 })
}

#[test]
fn a_lambda_gets_its_payload_and_its_result_is_wrapped() {
    let engine = Engine::new(&invoke(json!({}))).unwrap().on_lambda("double", double);
    let execution = engine.run(&Order { count: 21 }).unwrap();
    let output = execution.output().unwrap();
    assert_eq!((&output["Payload"]["count"], &output["StatusCode"]), (&json!(42), &json!(200)));

    let engine = Engine::new(&invoke(json!({ "OutputPath": "$.Payload" }))).unwrap().on_lambda("double", double);
    assert_eq!(engine.run(&Order { count: 21 }).unwrap().output_as::<Order>().unwrap().count, 42);
}

#[test]
fn a_state_s_handler_goes_before_a_function_s_and_a_resource_s() {
    let engine = Engine::new(&invoke(json!({})))
        .unwrap()
        .on_resource("arn:aws:states:::lambda:invoke", |_: Value| Ok("resource"))
        .on_lambda("double", |_: Value| Ok("function"))
        .on_state("Double", |request: Value| Ok(request["FunctionName"].is_string()));
    assert!(engine.run(&json!({})).unwrap().output_as::<bool>().unwrap());
}

#[test]
fn an_asynchronous_closure_is_polled_by_the_caller() {
    // A future that is woken by another thread, after it was polled once.
    fn answered_elsewhere(order: Order) -> impl Future<Output = Result<Order, TaskError>> + Send {
        let shared = Arc::new(std::sync::Mutex::new((None, None::<std::task::Waker>)));
        let theirs = Arc::clone(&shared);
        std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(20));
            let mut shared = theirs.lock().unwrap();
            shared.0 = Some(double(order));
            if let Some(waker) = shared.1.take() {
                waker.wake();
            }
        });
        std::future::poll_fn(move |context| {
            let mut shared = shared.lock().unwrap();
            match shared.0.take() {
                Some(answer) => std::task::Poll::Ready(answer),
                None => {
                    shared.1 = Some(context.waker().clone());
                    std::task::Poll::Pending
                }
            }
        })
    }
    // Virtual time stands still for it, so the timeout does not come first.
    let machine = invoke(json!({ "OutputPath": "$.Payload", "TimeoutSeconds": 1 }));
    let engine = Engine::new(&machine).unwrap().on_lambda_async("double", answered_elsewhere);
    assert_eq!(engine.run(&Order { count: 4 }).unwrap().output_as::<Order>().unwrap().count, 8);
    fn sendable<T: Send>(value: T) -> T {
        value
    }
    drop(sendable(engine.run_async(&Order { count: 4 })));
}

#[test]
fn a_panic_fails_its_state_with_an_error() {
    let engine = Engine::new(&invoke(json!({})))
        .unwrap()
        .on_lambda("double", |_: Value| -> Result<Value, TaskError> { panic!("out of cheese") });
    let execution = engine.run(&json!({})).unwrap();
    assert_eq!((execution.status(), execution.error()), (Status::Failed, Some("States.TaskFailed")));
    assert_eq!(execution.cause(), Some("the handler of state `Double` panicked: out of cheese"));

    let engine = Engine::new(&invoke(json!({}))).unwrap().on_lambda_async("double", |eggs: Value| async move {
        if eggs != json!(null) {
            panic!("{} eggs", 3);
        }
        Ok::<Value, TaskError>(eggs)
    });
    let execution = engine.run(&json!({})).unwrap();
    assert_eq!(execution.cause(), Some("the handler of state `Double` panicked: 3 eggs"));
}

#[test]
fn an_input_that_does_not_fit_says_so() {
    let engine = Engine::new(&invoke(json!({}))).unwrap().on_lambda("double", double);
    let execution = engine.run(&json!({"count": "many"})).unwrap();
    let cause = execution.cause().unwrap();
    assert!(cause.starts_with("the input of state `Double` does not fit its handler: invalid type"), "{cause}");
}

#[test]
fn what_is_missing_is_named() {
    let error = Engine::new(&invoke(json!({}))).unwrap().run(&json!({})).unwrap_err();
    assert!(matches!(&error, RunError::MissingHandler { state, .. } if state == "Double"));
    assert!(error.to_string().contains(".on_state(\"Double\""), "{error}");

    let engine = Engine::new(&invoke(json!({}))).unwrap().on_state("Duoble", double);
    let error = engine.run(&json!({})).unwrap_err().to_string();
    assert!(error.contains("`Duoble`") && error.contains("did you mean `Double`?"), "{error}");

    let stuck = Engine::new(&invoke(json!({}))).unwrap().on_state_never("Double").run(&json!({})).unwrap_err();
    assert!(matches!(&stuck, RunError::Stuck { state } if state == "Double"), "{stuck}");
}

#[test]
fn a_wrong_definition_is_refused_with_all_its_errors() {
    let error = Engine::new(&json!({
        "StartAt": "A",
        "States": {
            "A": { "Type": "Pass", "Next": "Bee" },
            "B": { "Type": "Pass", "InputPath": "$.[", "End": true }
        }
    }))
    .err()
    .unwrap()
    .to_string();
    assert!(error.contains("Bee") && error.contains("/States/B/InputPath"), "{error}");
}
