//! Unknown members of a result are read.

use workflow_runtime::workflow;

workflow! {
    workflow Members {
        struct Found { name: String }
        task A = lambda::invoke<Found> { FunctionName: "a" } -> B;
        pass B { name: A.Payload.nmae, code: A.Status } -> end;
    }
}

fn main() {}
