//! What cannot be read: by its name.

use workflow_runtime::workflow;

workflow! {
    workflow DistributedMap {
        task A = lambda::invoke { FunctionName: "a" } -> Rows;
        map Rows over [1, 2] distributed { pass B { x: A.Payload.x } -> end; } -> end;
    }
}

fn main() {}
