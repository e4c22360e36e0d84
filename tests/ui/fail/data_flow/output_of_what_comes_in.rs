//! The output is an input of the wrong type.

use workflow_runtime::workflow;

workflow! {
    workflow OutputOfWhatComesIn {
        output { n: i64 }
        pass A { n: "1" } -> Done;
        succeed Done;
    }
}

fn main() {}
