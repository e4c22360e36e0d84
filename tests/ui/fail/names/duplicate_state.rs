use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        pass Prepare -> Ship;
        pass Ship -> end;
        pass Ship -> end;
    }
}

fn main() {
    let _ = Orders::definition();
}
