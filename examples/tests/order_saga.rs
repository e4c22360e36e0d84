//! Tests that the saga undoes exactly the completed steps.

use std::sync::{Arc, Mutex};

use examples::order_saga::{OrderSaga, OrderSagaInput, OrderSagaOutput};
use serde_json::{Value, json};
use workflow_local::{Engine, Execution, TaskError};

/// Runs the order; `failing` are the functions that fail. Returns the functions that undid something, with their input.
fn run(failing: &'static [&'static str]) -> (Execution, Vec<(&'static str, Value)>) {
    let undone = Arc::new(Mutex::new(Vec::new()));
    let mut engine = Engine::of::<OrderSaga>().unwrap();
    for function in ["reserve", "charge", "ship", "refund", "release"] {
        let undone = Arc::clone(&undone);
        engine = engine.on_lambda(function, move |payload: Value| {
            if failing.contains(&function) {
                return Err(TaskError::new("Broken").with_cause(format!("{function} is broken")));
            }
            Ok(match function {
                "reserve" => json!({ "id": "R1" }),
                "charge" => json!({ "id": "C1", "amount": payload["amount"] }),
                "ship" => json!({ "tracking": payload["reservation"] }),
                _ => {
                    undone.lock().unwrap().push((function, payload));
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
    let (execution, undone) = run(&[]);
    let output: OrderSagaOutput = execution.output_as().unwrap();
    assert_eq!(output, OrderSagaOutput { tracking: "R1".to_owned(), receipt: "C1".to_owned() });
    assert_eq!(undone, []);
}

#[test]
fn what_was_done_is_undone() {
    assert_eq!(run(&["reserve"]).1, []);
    assert_eq!(run(&["charge"]).1, [("release", json!({ "reservation": "R1" }))]);
    let refund = json!({ "receipt": "C1", "amount": 12.5, "reason": "ship is broken" });
    assert_eq!(run(&["ship"]).1, [("refund", refund), ("release", json!({ "reservation": "R1", "receipt": "C1" }))]);
}

#[test]
fn a_failed_refund_still_releases() {
    let (execution, undone) = run(&["ship", "refund"]);
    assert_eq!(undone, [("release", json!({ "reservation": "R1", "receipt": "C1" }))]);
    assert_eq!(execution.path(), ["Reserve", "Charge", "Ship", "Refund", "Release", "Rejected"]);
}

#[test]
fn the_error_is_that_of_the_step_that_failed() {
    for failing in [&["reserve"] as &[_], &["charge"], &["ship"], &["ship", "refund"], &["charge", "release"]] {
        let (execution, _) = run(failing);
        assert_eq!(execution.error(), Some("Broken"), "{failing:?}");
        let last = failing.last().unwrap();
        assert_eq!(execution.cause(), Some(format!("order 7: {last} is broken").as_str()), "{failing:?}");
    }
}

#[test]
fn what_undoes_is_tried_six_times_with_longer_and_longer_pauses() {
    let pauses = 10 + 20 + 40 + 80 + 160;
    for (failing, seconds) in [
        (&["charge", "release"] as &[_], pauses),
        (&["ship", "refund"], pauses),
        (&["ship", "refund", "release"], 2 * pauses),
    ] {
        let (execution, _) = run(failing);
        assert_eq!(execution.started_at().until(execution.now()).as_secs(), seconds, "{failing:?}");
    }
}
