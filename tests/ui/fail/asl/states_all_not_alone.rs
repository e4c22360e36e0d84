use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        task Ship = lambda::invoke { FunctionName: "ship" }
        retry [States.ALL, States.Timeout] { interval: 1s }
        -> end;
    }
}

fn main() {
    let _ = Orders::definition();
}
