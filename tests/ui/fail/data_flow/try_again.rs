//! What cannot be read: a state that a handler leads around.

use workflow_runtime::workflow;

workflow! {
    workflow TryAgain {
        task A = lambda::invoke { FunctionName: "a" } catch [States.ALL] => Rest -> B;
        wait Rest for 5s -> B;
        pass B { x: A.Payload.x } -> end;
    }
}

fn main() {}
