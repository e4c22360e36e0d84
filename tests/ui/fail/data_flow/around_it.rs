//! The result of a parallel is read inside the parallel.

use workflow_runtime::workflow;

workflow! {
    workflow AroundIt {
        parallel Both { branch { pass C { n: Both[0].n } -> end; } } -> end;
    }
}

fn main() {}
