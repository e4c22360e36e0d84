//! Handlers whose types are not those of their states.

use serde::{Deserialize, Serialize};
use workflow_runtime::{Schema, TaskFailure, handler, workflow};

workflow! {
    pub workflow ChargeOrder {
        input { order: Order, note: Option<String> }
        struct Order { id: String, cents: u64, lines: Vec<Line> }
        struct Line { article: String, count: u32 }
        struct Bill { number: u64, paid: bool, remark: Option<String> }

        task Charge = lambda::invoke<Bill> {
            FunctionName: "charge",
            Payload: { order: input.order, currency: "EUR", note?: input.note },
        } -> Ship;

        task Ship = activity<Bill>("arn:aws:states:eu-west-1:123456789012:activity:ship")
            arguments input.order
            -> Pause;

        wait Pause for 1s -> Tell;

        task Tell = sqs::sendMessage { QueueUrl: "https://sqs/queue", MessageBody: { id: input.order.id } } -> end;
    }
}

#[derive(Deserialize, Schema)]
struct MissingField {
    order: Order,
    curency: String,
}

#[handler(ChargeOrder::Charge)]
async fn missing_field(request: MissingField) -> Result<Bill, TaskFailure> {
    let _ = (request.order, request.curency);
    Ok(Bill { number: 1, paid: true, remark: None })
}

#[derive(Deserialize, Schema)]
struct WrongType {
    currency: u32,
}

#[handler(ChargeOrder::Charge)]
async fn wrong_type(request: WrongType) -> Result<Bill, TaskFailure> {
    Ok(Bill { number: request.currency.into(), paid: true, remark: None })
}

#[derive(Deserialize, Schema)]
struct Deep {
    order: DeepOrder,
}

#[derive(Deserialize, Schema)]
struct DeepOrder {
    lines: Vec<DeepLine>,
}

#[derive(Deserialize, Schema)]
struct DeepLine {
    count: String,
}

#[handler(ChargeOrder::Charge)]
fn wrong_type_inside(request: Deep) -> Result<Bill, TaskFailure> {
    let number = request.order.lines.iter().map(|line| line.count.len() as u64).sum();
    Ok(Bill { number, paid: true, remark: None })
}

#[derive(Deserialize, Schema)]
struct MayBeAbsent {
    note: String,
}

#[handler(ChargeOrder::Charge)]
fn may_be_absent(request: MayBeAbsent) -> Result<Bill, TaskFailure> {
    Ok(Bill { number: 1, paid: true, remark: Some(request.note) })
}

#[derive(Deserialize, Schema)]
struct Misspelt {
    notte: Option<String>,
}

#[handler(ChargeOrder::Charge)]
fn misspelt(request: Misspelt) -> Result<Bill, TaskFailure> {
    Ok(Bill { number: 1, paid: true, remark: request.notte })
}

#[derive(Serialize, Schema)]
struct Renamed {
    #[serde(rename = "no")]
    number: u64,
    paid: bool,
}

#[handler(ChargeOrder::Ship)]
fn renamed_result(order: Order) -> Result<Renamed, TaskFailure> {
    Ok(Renamed { number: order.cents, paid: true })
}

#[handler(ChargeOrder::Ship)]
fn wrong_result(order: &Order) -> Result<Vec<u64>, TaskFailure> {
    Ok(vec![order.cents])
}

fn main() {}
