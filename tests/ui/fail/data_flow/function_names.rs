//! A variable has the name of the variable for a state's result.

use workflow_runtime::workflow;

workflow! {
    workflow FunctionNames {
        input { xs: Vec<i64> }
        task sum = lambda::invoke { FunctionName: "sum" } assign { result_sum: 1 } -> B;
        pass B { x: sum.Payload.x } -> end;
    }
}

fn main() {}
