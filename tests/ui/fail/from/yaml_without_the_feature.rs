//! YAML requires the feature `yaml` of workflow-runtime.

use workflow_runtime::workflow;

workflow! {
    pub workflow Order {
        from "flows/order.asl.yaml";
    }
}

fn main() {}
