//! An error in the document is reported at its position there.

use workflow_runtime::workflow;

workflow! {
    pub workflow Order {
        from "flows/wrong_target.asl.json";
    }
}

fn main() {}
