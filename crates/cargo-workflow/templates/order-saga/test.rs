//! The saga undoes completed steps if a later step fails.

use std::sync::{Arc, Mutex};

use CRATE::{OrderSaga, OrderSagaInput, OrderSagaOutput};
use serde_json::{Value, json};
use workflow_local::{Engine, Execution, TaskError};

/// Runs an order in which one function fails. Returns the execution and the functions that undid something.
fn run(failing: &'static str) -> (Execution, Vec<&'static str>) {
    let undone = Arc::new(Mutex::new(Vec::new()));
    let mut engine = Engine::of::<OrderSaga>().unwrap();
    for function in ["reserve", "charge", "ship", "refund", "release"] {
        let undone = Arc::clone(&undone);
        engine = engine.on_lambda(function, move |payload: Value| {
            if function == failing {
                return Err(TaskError::new("Broken").with_cause("it is broken"));
            }
            Ok(match function {
                "reserve" => json!({ "id": "R1" }),
                "charge" => json!({ "id": "C1", "amount": payload["amount"] }),
                "ship" => json!({ "tracking": payload["reservation"] }),
                _ => {
                    undone.lock().unwrap().push(function);
                    json!({})
                }
            })
        });
    }
    let input = OrderSagaInput { order_id: "7".to_owned(), total: 12.5, express: false };
    let execution = engine.run(&input).unwrap();
    let undone = undone.lock().unwrap().clone();
    (execution, undone)
}

#[test]
fn an_order_is_shipped() {
    let (execution, undone) = run("none");
    let output: OrderSagaOutput = execution.output_as().unwrap();
    assert_eq!(output, OrderSagaOutput { tracking: "R1".to_owned(), receipt: "C1".to_owned() });
    assert!(undone.is_empty());
}

#[test]
fn what_was_done_is_undone() {
    assert_eq!(run("charge").1, ["release"]);
    assert_eq!(run("ship").1, ["refund", "release"]);
    run("ship").0.assert_failed("Broken");
}
