//! What cannot be read: a parallel, inside of it.

use workflow_runtime::workflow;

workflow! {
    workflow AroundIt {
        parallel Both { branch { pass C { n: Both[0].n } -> end; } } -> end;
    }
}

fn main() {}
