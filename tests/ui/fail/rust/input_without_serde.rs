use workflow_runtime::workflow;

pub struct Order;

workflow! {
    workflow Orders {
        input crate::Order;
        pass Prepare -> end;
    }
}

fn main() {
    let _ = Orders::definition();
}
