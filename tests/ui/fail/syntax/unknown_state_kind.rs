use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        taks Ship = lambda::invoke { FunctionName: "ship" } -> Done;
        pass Done -> end;
    }
}

fn main() {
    let _ = Orders::definition();
}
