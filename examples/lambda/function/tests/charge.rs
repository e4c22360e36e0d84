//! Tests the function alone, and the workflow on the engine with this function.

use example_lambda_function::charge;
use example_lambda_workflow::{
    ChargeOrder, ChargeOrderInput, ChargeOrderOutput, ChargeOrderParams, Currency, Order, Receipt,
};
use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use workflow_local::{Engine, TaskError};

fn order(cents: i64) -> Order {
    Order { id: "A-17".to_owned(), cents, currency: Currency::Euro, note: None }
}

fn receipt() -> Receipt {
    Receipt { order_id: "A-17".to_owned(), cents: 1250 }
}

#[tokio::test]
async fn the_function_charges() {
    let charged = charge(LambdaEvent::new(order(1250), Context::default())).await;
    assert_eq!(charged.unwrap(), receipt());
}

#[tokio::test]
async fn the_workflow_calls_the_function() {
    let params = ChargeOrderParams { charge_function: "charge".to_owned() };
    let engine = Engine::of_with::<ChargeOrder>(&params).unwrap().on_lambda_async("charge", |order: Order| async {
        charge(LambdaEvent::new(order, Context::default())).await.map_err(|refused| {
            let Diagnostic { error_type, error_message } = refused.into();
            TaskError::new(error_type).with_cause(error_message)
        })
    });

    let execution = engine.run_async(&ChargeOrderInput { order: order(1250) }).await.unwrap();
    assert_eq!(execution.output_as::<ChargeOrderOutput>().unwrap(), ChargeOrderOutput { receipt: receipt() });

    let execution = engine.run_async(&ChargeOrderInput { order: order(0) }).await.unwrap();
    execution.assert_path(["Charge", "Refused"]);
    execution.assert_failed("OrderRefused");
}
