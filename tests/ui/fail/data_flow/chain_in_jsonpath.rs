//! A JSONPath state reads the result of a later state.

use workflow_runtime::workflow;

workflow! {
    workflow ChainInJsonPath {
        query jsonpath;
        task A = lambda::invoke { FunctionName: "a", Payload: B.x } -> B;
        pass B { x: 1 } -> end;
    }
}

fn main() {}
