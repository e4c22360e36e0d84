//! A branch reads the result of a state after the parallel.

use workflow_runtime::workflow;

workflow! {
    workflow ParallelInner {
        parallel Both {
            branch { pass B { x: D.x } -> end; }
        } -> D;
        pass D { x: 1 } -> end;
    }
}

fn main() {}
