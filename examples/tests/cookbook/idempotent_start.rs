//! Idempotent starts: the same event, delivered twice, starts one execution.

use serde_json::json;
use workflow_local::{Engine, TaskError};
use workflow_runtime::{Json, workflow};

workflow! {
    /// Ships one order. Its own calls are safe to repeat, because they carry the order's number.
    pub workflow Ship {
        input { order: String }
        task Book = lambda::invoke { FunctionName: "book", Payload: { idempotency_key: input.order } } -> end;
    }

    /// Receives the event of a paid order, and starts its shipment once.
    pub workflow OnPaid {
        input { order: String }
        returns { started: bool }
        params { ship: Arn }

        task Start = workflow::<Ship> {
            StateMachineArn: params.ship,
            Name: "order-" + input.order,
            Input: { order: input.order },
        }
            retry [StepFunctions.SdkClientException] { interval: 1s, max_attempts: 5 }
            catch [StepFunctions.ExecutionAlreadyExistsException] -> Duplicate
            -> Started;

        succeed Started { started: true }
        succeed Duplicate { started: false }
    }
}

const SHIP: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:Ship";

fn engine() -> Engine {
    Engine::of_with::<OnPaid>(&OnPaidParams { ship: SHIP.into() }).unwrap()
}

#[test]
fn the_first_event_starts_the_shipment() {
    let ship = Engine::of::<Ship>().unwrap().on_lambda("book", |request: Json| {
        assert_eq!(request, json!({ "idempotency_key": "7" }));
        Ok(json!({}))
    });
    let execution = engine().on_state_machine(SHIP, ship).run(&OnPaidInput { order: "7".to_owned() }).unwrap();
    assert_eq!(execution.output_as::<OnPaidOutput>().unwrap(), OnPaidOutput { started: true });
}

#[test]
fn the_second_event_starts_nothing() {
    let execution = engine()
        .on_state(OnPaidState::Start, |request: Json| {
            assert_eq!(request["Name"], "order-7");
            Err::<Json, _>(TaskError::new("StepFunctions.ExecutionAlreadyExistsException"))
        })
        .run(&OnPaidInput { order: "7".to_owned() })
        .unwrap();
    assert_eq!(execution.output_as::<OnPaidOutput>().unwrap(), OnPaidOutput { started: false });
}

#[test]
fn a_start_that_does_not_reach_aws_is_tried_six_times() {
    let execution = engine()
        .on_state(OnPaidState::Start, |request: Json| {
            let expected = json!({ "StateMachineArn": SHIP, "Name": "order-7", "Input": { "order": "7" } });
            assert_eq!(request, expected);
            Err::<Json, _>(TaskError::new("StepFunctions.SdkClientException"))
        })
        .run(&OnPaidInput { order: "7".to_owned() })
        .unwrap();
    execution.assert_failed("StepFunctions.SdkClientException");
    assert_eq!(execution.started_at().until(execution.now()).as_secs(), 1 + 2 + 4 + 8 + 16);
}
