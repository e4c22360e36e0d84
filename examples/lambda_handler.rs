//! A Lambda function that takes and gives the types of the workflow that calls it: they are plain serde types,
//! so the function's own crate depends on the workflow's crate and needs nothing else of it.
//!
//! ```text
//! cargo run --example lambda_handler
//! ```
//!
//! In a deployed function, `charge` is what `lambda_runtime` runs:
//! `run(service_fn(|event: LambdaEvent<Order>| async { charge(event.payload) }))`.

use std::error::Error;

use workflow_local::{Engine, TaskError};
use workflow_runtime::workflow;

workflow! {
    /// Charges a customer for an order.
    pub workflow ChargeOrder {
        input { order: Order }
        output { receipt: Receipt }
        params { charge_function: String }

        /// What was ordered.
        struct Order {
            id: String,
            amount: f64,
            currency: Currency,
            note: Option<String>,
        }

        enum Currency {
            #[serde(rename = "EUR")]
            Euro,
            #[serde(rename = "USD")]
            Dollar,
        }

        /// What was charged.
        struct Receipt {
            #[serde(rename = "orderId")]
            order_id: String,
            cents: i64,
        }

        task Charge = lambda::invoke<Receipt> {
            FunctionName: params.charge_function,
            Payload: input.order,
        }
            retry [Lambda.TooManyRequestsException] { interval: 1s, max_attempts: 3, backoff: 2.0, jitter: full }
            catch [OrderRefused] => Refused
            output { receipt: result.Payload }
            -> end;

        fail Refused { error: "OrderRefused", cause: "the amount is not positive" }
    }
}

/// The function: an order in, a receipt out.
fn charge(order: Order) -> Result<Receipt, Box<dyn Error>> {
    if order.amount <= 0.0 {
        return Err("the amount is not positive".into());
    }
    Ok(Receipt { order_id: order.id, cents: (order.amount * 100.0).round() as i64 })
}

fn main() -> Result<(), Box<dyn Error>> {
    let params = ChargeOrderParams { charge_function: "charge".to_owned() };
    println!("{}\n", ChargeOrder::definition_with(&params)?);

    let engine = Engine::of_with::<ChargeOrder>(&params)?.on_lambda(&params.charge_function, |order: Order| {
        charge(order).map_err(|error| TaskError::new("OrderRefused").with_cause(error.to_string()))
    });
    for amount in [12.5, 0.0] {
        let order = Order { id: "A-17".to_owned(), amount, currency: Currency::Euro, note: None };
        let execution = engine.run(&ChargeOrderInput { order })?;
        match execution.output_as::<ChargeOrderOutput>() {
            Ok(output) => println!("{}: {:?}", execution.status(), output.receipt),
            Err(error) => println!("{}: {error}", execution.status()),
        }
    }
    Ok(())
}
