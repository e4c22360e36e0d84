//! An optional value is an operand.

use workflow_runtime::workflow;

workflow! {
    workflow OptionalOperand {
        struct Found { n: Option<i64> }
        task A = lambda::invoke<Found> { FunctionName: "a" } -> B;
        pass B { n: A.Payload.n + 1 } -> end;
    }
}

fn main() {}
