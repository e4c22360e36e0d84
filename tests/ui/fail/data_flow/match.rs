//! The result of a state is read that one arm of a `match` skips.

use workflow_runtime::workflow;

workflow! {
    workflow Match {
        enum Mode { Fast, Slow }
        input { mode: Mode }
        choice Which match input.mode { Mode::Fast => A, _ => C }
        task A = lambda::invoke { FunctionName: "a" } -> C;
        pass C { x: A.Payload.x } -> end;
    }
}

fn main() {}
