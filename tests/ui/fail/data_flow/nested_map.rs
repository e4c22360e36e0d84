//! The result of a state in an inner map is read outside the inner map.

use workflow_runtime::workflow;

workflow! {
    workflow NestedMap {
        map Outer over [1, 2] {
            map Inner over [3, 4] { task B = lambda::invoke { FunctionName: "b" } -> end; } -> C;
            pass C { y: B.Payload.y } -> end;
        } -> end;
    }
}

fn main() {}
