//! The result of a state that has no result is read.

use workflow_runtime::workflow;

workflow! {
    workflow HasAResult {
        wait Rest for 5s -> B;
        pass B { x: Rest.Payload.x } -> end;
    }
}

fn main() {}
