use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        task Ship = lambda::invoke { FunctionName: "ship" }
        retry [States.Timeout] { intervall: 3s }
        -> end;
    }
}

fn main() {
    let _ = Orders::definition();
}
