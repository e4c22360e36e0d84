//! Rust code that uses what the workflows declare.

mod shop;

use shop::{Line, Mood, Order, OrderInput, OrderParams, OrderState, Send, Size};
use workflow_runtime::{Arn, Schema, Workflow};

/// A type that the workflows do not declare.
#[derive(Clone, Debug, PartialEq, Schema, serde::Serialize, serde::Deserialize)]
pub struct Parcel {
    receiver: String,
}

fn main() {
    let line = Line { sku: "pen".to_owned(), count: 2, size: Size { weight: 0.1 } };
    let input =
        OrderInput { customer: "Ada".to_owned(), express: true, mood: Mood::Calm, lines: vec![line], gift: None };
    println!("{} {}", input.customer, input.lines[0].size.weight);
    let params = OrderParams { charge_function: "charge".to_owned(), role: Arn::from("arn:aws:iam::1:role/r") };
    println!("{:?} {}", Order::definition_with(&params), Send::NAME);
    println!("{} {}", OrderState::Charge, Order::NAME);
}
