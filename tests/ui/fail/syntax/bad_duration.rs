use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        wait Rest for 3x -> Again;
        wait Again for 1.5h -> end;
    }
}

fn main() {
    let _ = Orders::definition();
}
