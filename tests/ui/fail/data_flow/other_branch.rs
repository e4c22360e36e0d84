//! A branch reads the result of a state in another branch.

use workflow_runtime::workflow;

workflow! {
    workflow OtherBranch {
        parallel Both {
            branch { task A = lambda::invoke { FunctionName: "a" } -> end; }
            branch { pass C { x: A.Payload.x } -> end; }
        } -> end;
    }
}

fn main() {}
