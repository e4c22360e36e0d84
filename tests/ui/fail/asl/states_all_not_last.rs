use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        task Ship = lambda::invoke { FunctionName: "ship" }
        retry [States.ALL] { interval: 1s }
        retry [States.Timeout] { interval: 2s }
        -> end;
    }
}

fn main() {
    let _ = Orders::definition();
}
