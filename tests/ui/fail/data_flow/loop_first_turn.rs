//! The result of a later state of a loop is read without `?`.

use workflow_runtime::workflow;

workflow! {
    workflow LoopFirstTurn {
        task List = lambda::invoke { FunctionName: "list", Payload: Next.Payload.token } -> Next;
        task Next = lambda::invoke { FunctionName: "next" } -> Again;
        choice Again { if is_present(Next.Payload.token) -> List; else -> Done; }
        succeed Done;
    }
}

fn main() {}
