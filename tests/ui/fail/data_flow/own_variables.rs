//! A variable has the name of a state whose result is read.

use workflow_runtime::workflow;

workflow! {
    workflow OwnVariables {
        task A = lambda::invoke { FunctionName: "a" } assign { A: 1 } -> B;
        pass B { x: A.Payload.x } -> end;
    }
}

fn main() {}
