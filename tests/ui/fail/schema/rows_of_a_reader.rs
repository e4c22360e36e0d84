//! The rows of a file are of a type of Rust code.

use serde::{Deserialize, Serialize};
use workflow_runtime::{Schema, workflow};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    order_id: String,
    total: f64,
}

workflow! {
    workflow RowsOfAReader {
        map Orders over s3::jsonl<Order> { Bucket: "b", Key: "orders.jsonl" } distributed {
            pass One { id: item.orderId, total: item.totl } -> end;
        } -> end;
    }
}

fn main() {}
