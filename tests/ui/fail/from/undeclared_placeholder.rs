//! A document can only use declared params.

use workflow_runtime::workflow;

workflow! {
    pub workflow Order {
        params { queue_url: String }
        from "flows/order.asl.json";
    }
}

fn main() {}
