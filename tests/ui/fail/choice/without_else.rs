use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        input { count: i64 }
        choice IsLarge {
            if input.count > 3 -> Done;
        }
        succeed Done;
    }
}

fn main() {
    let _ = Orders::definition();
}
