//! Handlers whose types are those of their states.

mod other {
    workflow_runtime::workflow! {
        pub workflow ChargeOrder {
            input { order: Order, customer: crate::handler::Customer, note: Option<String> }
            struct Order { id: String, cents: u64, after: Vec<Order> }
            struct Bill { number: u64, remark: Option<String> }

            task Charge = lambda::invoke<Bill> {
                FunctionName: "charge",
                Payload: {
                    order: input.order, city: input.customer.address.city, tags: ["a", "b"], note?: input.note, now: $now(),
                    attempt: context.State.RetryCount,
                },
            } -> Ask;
            task Ask = lambda::invoke.waitForTaskToken {
                FunctionName: "ask", Payload: { token: context.Task.Token, bill: Charge.Payload },
            } timeout 1h -> Ship;
            task Ship = activity("arn:aws:states:eu-west-1:123456789012:activity:ship") arguments input.order -> Ping;
            task Ping = lambda::invoke { FunctionName: "ping" } -> Direct;
            task Direct = "arn:aws:lambda:eu-west-1:123456789012:function:direct" arguments input.customer -> end;
        }
    }

    pub mod by_path {
        workflow_runtime::workflow! {
            pub workflow ByPath {
                query jsonpath;
                input { order: Order }
                struct Order { id: String }
                task Charge as "Charge it" = lambda::invoke<String> { FunctionName: "charge", Payload: { id: input.order.id } } -> end;
            }
        }
    }
}

use other::by_path::ByPath;
use other::{Bill, ChargeOrder};
use serde::{Deserialize, Serialize};
use workflow_runtime::{Json, Schema, TaskFailure, Timestamp, handler};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct Customer {
    name: String,
    address: Address,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct Address {
    city: String,
    parent: Option<Box<Address>>,
}

#[derive(Deserialize, Schema)]
struct Request {
    order: other::Order,
    city: String,
    tags: Vec<String>,
    note: Option<String>,
    now: Timestamp,
    attempt: u32,
    #[serde(default)]
    dry_run: bool,
}

// What `lambda_runtime` has.
struct LambdaEvent<T> {
    payload: T,
}

struct Client;

#[handler(ChargeOrder::Charge)]
async fn charge(_client: &Client, LambdaEvent { payload }: LambdaEvent<Request>) -> Result<Bill, TaskFailure> {
    let Request { order, city, tags, note, now, attempt, dry_run } = payload;
    let number = order.cents + city.len() as u64 + tags.len() as u64 + u64::from(attempt) + u64::from(dry_run);
    Ok(Bill { number, remark: note.or(Some(now.to_string())) })
}

type Answer<T> = Result<T, TaskFailure>;

#[handler(crate::handler::other::ChargeOrder::Ask)]
#[allow(dead_code)]
pub(crate) fn ask(request: Json) -> Answer<()> {
    let _ = request;
    Ok(())
}

struct Worker;

impl Worker {
    #[handler(ChargeOrder::Ship, crate = workflow_runtime)]
    fn ship(&self, order: other::Order) -> Result<Json, std::num::ParseIntError> {
        order.id.parse::<u32>().map(Json::from)
    }
}

#[derive(Deserialize, Schema)]
struct Empty {}

#[handler(ChargeOrder::Ping)]
fn ping(_: Empty) -> Result<(), TaskFailure> {
    Ok(())
}

#[handler(ChargeOrder::Direct)]
fn direct(customer: &Customer) -> Result<String, TaskFailure> {
    Ok(customer.name.clone())
}

#[derive(Deserialize, Schema)]
struct Id {
    id: String,
}

#[handler(ByPath::Charge)]
fn by_path(id: Id) -> Result<String, TaskFailure> {
    Ok(id.id)
}

pub(crate) fn main() {
    let _ = (charge, ask, ping, direct, by_path);
    let order = other::Order { id: "17".to_owned(), cents: 1, after: Vec::new() };
    assert_eq!(Worker.ship(order).unwrap(), 17);
}
