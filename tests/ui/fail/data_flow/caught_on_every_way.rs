//! The error is read although one path does not catch it.

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
