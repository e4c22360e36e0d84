use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        params { bucket: String }
        pass Prepare { bucket: params.buckt } -> end;
    }
}

fn main() {
    let _ = Orders::definition_with(&OrdersParams { bucket: String::new() });
}
