//! The result of a state in a map is read after the map.

use workflow_runtime::workflow;

workflow! {
    workflow InlineMap {
        map Each over [1, 2] { task A = lambda::invoke { FunctionName: "a" } -> end; } -> B;
        pass B { x: A.Payload.x } -> end;
    }
}

fn main() {}
