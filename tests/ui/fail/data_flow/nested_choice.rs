//! The result of a state is read that an inner or outer choice may skip.

use workflow_runtime::workflow;

workflow! {
    workflow NestedChoice {
        input { fast: bool, cheap: bool }
        choice Outer { if input.fast -> Inner; else -> C; }
        choice Inner { if input.cheap -> A; else -> C; }
        task A = lambda::invoke { FunctionName: "a" } -> C;
        pass C { x: A.Payload.x } -> end;
    }
}

fn main() {}
