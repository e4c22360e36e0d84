//! A shared catcher reads the result of the state that uses it.

use workflow_runtime::workflow;

workflow! {
    workflow CatchOfASharedCatcher {
        catch failed [States.ALL] => Handler { assign { model: A.Payload.x } }
        task A = lambda::invoke { FunctionName: "a" } catch failed -> B;
        task B = lambda::invoke { FunctionName: "b" } catch failed -> end;
        pass Handler { x: $model } -> end;
    }
}

fn main() {}
