//! A handler reads the result of the state that failed.

use workflow_runtime::workflow;

workflow! {
    workflow CatchToAHandler {
        task A = lambda::invoke { FunctionName: "a" } -> B;
        task B = lambda::invoke { FunctionName: "b" } catch [States.ALL] => Handler -> end;
        pass Handler { x: B.Payload.x } -> end;
    }
}

fn main() {}
