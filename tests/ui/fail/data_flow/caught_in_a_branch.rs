//! The error of a branch is read after the parallel.

use workflow_runtime::workflow;

workflow! {
    workflow CaughtInABranch {
        parallel Both {
            branch { task B = lambda::invoke { FunctionName: "b" } catch [States.ALL] => Inner -> end; pass Inner -> end; }
        } -> After;
        pass After { why: caught.Cause } -> end;
    }
}

fn main() {}
