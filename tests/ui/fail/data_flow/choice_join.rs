//! The result of a state is read where paths join, but only one path runs the state.

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
