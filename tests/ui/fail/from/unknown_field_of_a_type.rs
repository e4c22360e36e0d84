//! The document reads a member that the Rust type of the input does not have.

use serde::{Deserialize, Serialize};
use workflow_runtime::{Schema, workflow};

#[derive(Serialize, Deserialize, Schema)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    totl: f64,
    customer: String,
}

workflow! {
    pub workflow Ship {
        input self::Order;
        from "flows/order.asl.json";
    }
}

fn main() {}
