//! What is wrong in the document has its place there.

use workflow_runtime::workflow;

workflow! {
    pub workflow Order {
        from "flows/wrong_target.asl.json";
    }
}

fn main() {}
