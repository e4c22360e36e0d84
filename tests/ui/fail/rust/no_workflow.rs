use workflow_runtime::workflow;

workflow! {
    wrkflow Orders {
        pass Prepare -> end;
    }
    struct Order { id: String }
}

fn main() {
    let _ = Orders::definition();
}
