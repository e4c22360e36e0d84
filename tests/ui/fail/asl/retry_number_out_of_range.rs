use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        task Ship = lambda::invoke { FunctionName: "ship" }
        retry [States.Timeout] { interval: 0s, max_attempts: 100000000, backoff: 0.5 }
        -> end;
    }
}

fn main() {
    let _ = Orders::definition();
}
