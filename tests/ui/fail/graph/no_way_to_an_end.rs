use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        pass Prepare -> Ship;
        pass Ship -> Prepare;
    }
}

fn main() {
    let _ = Orders::definition();
}
