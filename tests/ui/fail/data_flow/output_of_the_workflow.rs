//! What cannot be read: one that may be absent or is of another type.

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
