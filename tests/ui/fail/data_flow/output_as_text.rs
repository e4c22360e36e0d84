//! A member is read of an output that `.sync` returns as a string.

use workflow_runtime::workflow;

workflow! {
    workflow OutputAsText {
        task Run = states::startExecution.sync { StateMachineArn: "arn:aws:states:us-east-1:123456789012:stateMachine:m" } -> Show;
        pass Show { a: Run.Output.n, b: Run.Output + "!" } -> end;
    }
}

fn main() {}
