//! Tests closures as task handlers: typed, asynchronous, panicking, missing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use workflow_cases::every;
use workflow_local::handlers::{CallCounts, Handlers, Reply, settle};
use workflow_local::{Engine, Progress, RunError, Status, TaskError};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:double";

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

/// Returns the message of the panic of a run.
fn panic_of(engine: Engine, input: Value) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| engine.run(&input))).unwrap_err();
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap()
}

#[test]
fn an_assertion_in_a_handler_fails_the_test() {
    // The state's catcher does not hide it.
    let caught = json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Double" }] });
    let engine = Engine::new(&invoke(caught)).unwrap();
    let engine = engine.on_lambda("double", |_: Value| -> Result<Value, TaskError> { panic!("out of cheese") });
    assert_eq!(panic_of(engine, json!({})), "out of cheese");

    let engine = Engine::new(&invoke(json!({}))).unwrap().on_lambda_async("double", |eggs: Value| async move {
        assert_eq!(eggs, json!(null), "{} eggs", 3);
        Ok::<Value, TaskError>(eggs)
    });
    assert!(panic_of(engine, json!({})).contains("3 eggs"));
}

#[test]
fn a_panic_is_an_error_for_those_who_step_executions() {
    let engine = Engine::new(&invoke(json!({}))).unwrap();
    let handlers =
        Handlers::default().on_lambda("double", |_: Value| -> Result<Value, TaskError> { panic!("out of cheese") });
    let mut execution = engine.start(&json!({})).unwrap();
    while execution.status() == Status::Running {
        if let Progress::Task(request) = execution.step() {
            let handler = handlers.find(&request, &mut CallCounts::default()).unwrap();
            let Reply::Now(answer) = handler.reply(&request) else { continue };
            settle(&mut execution, request.id, answer);
        }
    }
    assert_eq!(execution.error(), Some("States.TaskFailed"));
    assert_eq!(execution.cause(), Some("the handler of state `Double` panicked: out of cheese"));
}

#[test]
fn the_error_of_a_call_has_a_cause_that_is_text() {
    let tell = json!({ "Type": "Fail", "Error": "Told", "Cause": "{% $states.input.Cause %}" });
    let run = |resource: &str, arguments: Value| {
        let task = json!({
            "Type": "Task", "Resource": resource, "Arguments": arguments, "End": true,
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Tell" }],
        });
        let machine = json!({ "StartAt": "A", "QueryLanguage": "JSONata", "States": { "A": task, "Tell": tell } });
        let engine = Engine::new(&machine).unwrap();
        let fails = |_: Value| -> Result<Value, TaskError> { Err(TaskError::new("Broken")) };
        engine.on_state("A", fails).run(&json!({})).unwrap()
    };
    every(["arn:aws:states:::lambda:invoke", "arn:aws:states:::aws-sdk:s3:listBuckets", FUNCTION], |resource| {
        let execution = run(resource, json!({}));
        execution.assert_failed("Told");
        assert_eq!(execution.cause(), Some(""));
    });
    // A token's holder and a worker may give none. AWS's error output then has null.
    let token = json!({ "FunctionName": "f", "Payload": "{% $states.context.Task.Token %}" });
    every(
        [
            ("arn:aws:states:::lambda:invoke.waitForTaskToken", token),
            ("arn:aws:states:us-east-1:123456789012:activity:a", json!({})),
        ],
        |(resource, arguments)| run(resource, arguments).assert_failed("States.QueryEvaluationError"),
    );
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
