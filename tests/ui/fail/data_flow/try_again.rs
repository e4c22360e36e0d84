//! The result of a state is read that a handler may skip.

use workflow_runtime::workflow;

workflow! {
    workflow TryAgain {
        task A = lambda::invoke { FunctionName: "a" } catch [States.ALL] => Rest -> B;
        wait Rest for 5s -> B;
        pass B { x: A.Payload.x } -> end;
    }
}

fn main() {}
