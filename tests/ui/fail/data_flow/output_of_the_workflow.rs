//! The output has a member that may be absent, and one of the wrong type.

use workflow_runtime::workflow;

workflow! {
    workflow OutputOfTheWorkflow {
        output { name: String, n: i64 }
        struct Found { name: Option<String> }
        task A = lambda::invoke<Found> { FunctionName: "a" } -> B;
        pass B { name: A.Payload.name, n: "3" } -> end;
    }
}

fn main() {}
