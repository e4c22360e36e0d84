//! A JSONPath state reads a result with `?`.

use workflow_runtime::workflow;

workflow! {
    workflow QueryOfOneState {
        query jsonpath;
        input { fast: bool }
        choice Which { if input.fast -> A; else -> B; }
        task A = lambda::invoke { FunctionName: "a" } -> B;
        pass B { x: A?.Payload.x } -> end;
    }
}

fn main() {}
