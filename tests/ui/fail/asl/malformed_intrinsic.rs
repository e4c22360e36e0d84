use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        query jsonpath;
        pass Prepare { "id.$": "States.Format('{}', $.id" } -> Ship;
        pass Ship { "id.$": "States.Fromat('{}', $.id)" } -> end;
    }
}

fn main() {
    let _ = Orders::definition();
}
