//! A result is read in the arm in which the state may not have run.

use workflow_runtime::workflow;

workflow! {
    workflow NarrowingOfAState {
        input { fast: bool }
        choice First { if input.fast -> A; else -> Which; }
        task A = lambda::invoke { FunctionName: "a" } -> Which;
        choice Which { if is_present(A?.Payload.x) -> Done; else -> C; }
        pass C { x: A.Payload.x } -> end;
        succeed Done;
    }
}

fn main() {}
