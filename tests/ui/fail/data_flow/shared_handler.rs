//! A shared handler reads a result that only some of the states before it have.

use workflow_runtime::workflow;

workflow! {
    workflow SharedHandler {
        catch failed [States.ALL] => Handler;
        task A = lambda::invoke { FunctionName: "a" } catch failed -> B;
        task B = lambda::invoke { FunctionName: "b" } catch failed -> end;
        pass Handler { x: A.Payload.x } -> end;
    }
}

fn main() {}
