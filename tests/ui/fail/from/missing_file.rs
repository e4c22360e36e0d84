//! The path is relative to the folder of `Cargo.toml`.

use workflow_runtime::workflow;

workflow! {
    pub workflow Order {
        from "flows/ordr.asl.json";
    }
}

fn main() {}
