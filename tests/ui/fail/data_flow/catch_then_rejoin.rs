//! A result and an error are read where the paths join again.

use workflow_runtime::workflow;

workflow! {
    workflow CatchThenRejoin {
        task A = lambda::invoke { FunctionName: "a" } -> B;
        task B = lambda::invoke { FunctionName: "b" } catch [States.ALL] => Fix -> C;
        pass Fix -> C;
        pass C { y: B.Payload.y, why: caught.Cause } -> end;
    }
}

fn main() {}
