//! What cannot be read: where one does not.

use workflow_runtime::workflow;

workflow! {
    workflow CaughtOnEveryWay {
        input { ready: bool }
        choice Which { if input.ready -> A; else -> Failed; }
        task A = lambda::invoke { FunctionName: "a" } catch [States.ALL] => Failed -> end;
        fail Failed { error: "Failed", cause: caught.Cause }
    }
}

fn main() {}
