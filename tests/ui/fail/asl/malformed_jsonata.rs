use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        pass Prepare { id: "{% $states.input.( %}" } -> end;
    }
}

fn main() {
    let _ = Orders::definition();
}
