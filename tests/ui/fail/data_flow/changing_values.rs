//! The result of a pass with `$uuid()` is read.

use workflow_runtime::workflow;

workflow! {
    workflow ChangingValues {
        pass A { id: $uuid(), n: 1 } -> B;
        pass B { x: A.id, n: A.n } -> end;
    }
}

fn main() {}
