//! The result of a state is read that the first turn of a loop may skip.

use workflow_runtime::workflow;

workflow! {
    workflow LoopLaterTurn {
        input { skip: bool }
        choice Skip { if input.skip -> Again; else -> A; }
        task A = lambda::invoke { FunctionName: "a" } -> Again;
        choice Again { if A.Payload.more == true -> A; else -> Done; }
        succeed Done;
    }
}

fn main() {}
