//! What cannot be read: a choice, wait, succeed, fail.

use workflow_runtime::workflow;

workflow! {
    workflow HasAResult {
        wait Rest for 5s -> B;
        pass B { x: Rest.Payload.x } -> end;
    }
}

fn main() {}
