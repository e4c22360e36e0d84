use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        pass Prepare as "a state whose name goes on and on until it has more than the eighty characters that it may have" -> end;
    }
}

fn main() {
    let _ = Orders::definition();
}
