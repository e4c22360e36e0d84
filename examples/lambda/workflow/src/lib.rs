//! A workflow that charges for an order. Its types are plain serde types, which the function uses too.

use workflow_runtime::workflow;

workflow! {
    /// Charges a customer for an order.
    pub workflow ChargeOrder {
        input { order: Order }
        returns { receipt: Receipt }
        params { charge_function: String }

        /// What was ordered.
        struct Order {
            id: String,
            cents: i64,
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
            catch [OrderRefused] -> Refused
            timeout 1m
            output { receipt: result.Payload }
            -> end;

        fail Refused { error: "OrderRefused", cause: "there is nothing to charge" }
    }
}
