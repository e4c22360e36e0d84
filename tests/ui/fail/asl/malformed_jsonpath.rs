use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        query jsonpath;
        pass Prepare { "id.$": "$.orders[" } -> end;
    }
}

fn main() {
    let _ = Orders::definition();
}
