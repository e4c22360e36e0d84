//! What cannot be read: a state inside, a branch that there is not.

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
