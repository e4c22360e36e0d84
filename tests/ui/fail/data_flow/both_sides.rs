//! A member that may be absent is read with `?` only after the state's name.

use workflow_runtime::workflow;

workflow! {
    workflow BothSides {
        input { fast: bool }
        choice Which { if input.fast -> A; else -> Slow; }
        task A = lambda::invoke { FunctionName: "a" } -> B;
        task Slow = lambda::invoke { FunctionName: "slow" } -> B;
        pass B { x: A?.Payload.x } -> end;
    }
}

fn main() {}
