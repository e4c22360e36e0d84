//! A workflow with `from` cannot have states of its own.

use workflow_runtime::workflow;

workflow! {
    pub workflow Order {
        from "flows/order.asl.json";
        timeout 5m;
        pass Another -> end;
    }
}

fn main() {}
