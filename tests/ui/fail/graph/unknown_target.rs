use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        pass Prepare -> Shp;
        pass Ship -> end;
    }
}

fn main() {
    let _ = Orders::definition();
}
