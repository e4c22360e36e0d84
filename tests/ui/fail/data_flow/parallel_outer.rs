//! The result of a state in a branch is read outside, and so is the result of a branch that does not exist.

use workflow_runtime::workflow;

workflow! {
    workflow ParallelOuter {
        parallel Both {
            branch { task A = lambda::invoke { FunctionName: "a" } -> end; }
        } -> D;
        pass D { x: A.Payload.x, y: Both[1].y } -> end;
    }
}

fn main() {}
