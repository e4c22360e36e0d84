use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        pass Prepare { ready: true }
        pass Ship -> end;
    }
}

fn main() {
    let _ = Orders::definition();
}
