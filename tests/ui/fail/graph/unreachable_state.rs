use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        pass Prepare -> end;
        pass Ship -> end;
    }
}

fn main() {
    let _ = Orders::definition();
}
