//! An optional member is read after a test of something else.

use workflow_runtime::workflow;

workflow! {
    workflow OptionNarrowing {
        struct Found { name: Option<String>, n: i64 }
        task A = lambda::invoke<Found> { FunctionName: "a" } -> Which;
        choice Which { if A.Payload.n > 3 -> B; else -> Done; }
        pass B { name: "Dr " + A.Payload.name } -> end;
        succeed Done;
    }
}

fn main() {}
