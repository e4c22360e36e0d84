//! An iteration of a distributed map reads the result of a state outside it.

use workflow_runtime::workflow;

workflow! {
    workflow DistributedMap {
        task A = lambda::invoke { FunctionName: "a" } -> Rows;
        map Rows over [1, 2] distributed { pass B { x: A.Payload.x } -> end; } -> end;
    }
}

fn main() {}
