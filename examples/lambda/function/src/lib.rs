//! The function that `ChargeOrder::Charge` calls.

use std::fmt;

use example_lambda_workflow::{ChargeOrder, Order, Receipt};
use lambda_runtime::{Diagnostic, LambdaEvent};
use workflow_runtime::handler;

/// Charges for an order. If you rename a field of `Order` or `Receipt` in the workflow, or send something else, this
/// does not compile.
///
/// # Errors
///
/// [`Refused`] if there is nothing to charge.
#[handler(ChargeOrder::Charge)]
pub async fn charge(event: LambdaEvent<Order>) -> Result<Receipt, Refused> {
    let LambdaEvent { payload: Order { id, cents, .. }, .. } = event;
    if cents <= 0 {
        return Err(Refused { cents });
    }
    Ok(Receipt { order_id: id, cents })
}

/// There is nothing to charge.
#[derive(Debug)]
pub struct Refused {
    cents: i64,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cents are nothing to charge", self.cents)
    }
}

/// The error's type is the error name that the workflow catches.
impl From<Refused> for Diagnostic {
    fn from(refused: Refused) -> Self {
        Self { error_type: "OrderRefused".to_owned(), error_message: refused.to_string() }
    }
}
