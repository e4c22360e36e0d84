use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        pass Prepare as "Ship it" -> Ship;
        pass Ship as "Ship it" -> end;
    }
}

fn main() {
    let _ = Orders::definition();
}
