//! The document reads a member that the declared input does not have.

use workflow_runtime::workflow;

workflow! {
    pub workflow Order {
        input { totl: f64, customer: String }
        from "flows/order.asl.json";
    }
}

fn main() {}
