//! Handlers for states that call no function, and functions that cannot be handlers.

use workflow_runtime::{TaskFailure, handler, workflow};

workflow! {
    pub workflow ChargeOrder {
        input { order: Order }
        struct Order { id: String }
        struct Bill { number: u64 }

        task Charge = lambda::invoke<Bill> { FunctionName: "charge", Payload: input.order } -> Pause;
        wait Pause for 1s -> Tell;
        task Tell = sqs::sendMessage { QueueUrl: "https://sqs/queue", MessageBody: { id: input.order.id } } -> end;
    }
}

#[handler(ChargeOrder::Chrage)]
fn unknown_state(order: Order) -> Result<Bill, TaskFailure> {
    Ok(Bill { number: order.id.len() as u64 })
}

#[handler(ChargeOrder::Pause)]
fn no_task(order: Order) -> Result<Bill, TaskFailure> {
    Ok(Bill { number: order.id.len() as u64 })
}

#[handler(ChargeOrder::Tell)]
fn no_function(order: Order) -> Result<Bill, TaskFailure> {
    Ok(Bill { number: order.id.len() as u64 })
}

#[handler(Charge)]
fn without_workflow(order: Order) -> Result<Bill, TaskFailure> {
    Ok(Bill { number: order.id.len() as u64 })
}

#[handler]
fn without_state(order: Order) -> Result<Bill, TaskFailure> {
    Ok(Bill { number: order.id.len() as u64 })
}

struct Plain {
    id: String,
}

#[handler(ChargeOrder::Charge)]
fn type_without_schema(order: Plain) -> Result<Bill, TaskFailure> {
    Ok(Bill { number: order.id.len() as u64 })
}

#[handler(ChargeOrder::Charge)]
fn no_result(order: Order) -> Bill {
    Bill { number: order.id.len() as u64 }
}

#[handler(ChargeOrder::Charge)]
fn no_parameter() -> Result<Bill, TaskFailure> {
    Ok(Bill { number: 1 })
}

#[handler(ChargeOrder::Charge)]
struct NoFunction;

fn main() {}
