use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        task Ship = lambda::invoke { FunctionName: "ship" } timout 3m -> end;
    }
}

fn main() {
    let _ = Orders::definition();
}
