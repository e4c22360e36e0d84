//! What cannot be read: a state on one of the ways that join.

use workflow_runtime::workflow;

workflow! {
    workflow ChoiceJoin {
        input { fast: bool }
        choice Which { if input.fast -> A; else -> B; }
        task A = lambda::invoke { FunctionName: "a" } -> B;
        pass B { x: A.Payload.x } -> end;
    }
}

fn main() {}
