use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        input { count: i64, name: String }
        choice IsLarge {
            if input.count > "three" -> Done;
            if input.name == 3 -> Done;
            else -> Done;
        }
        succeed Done;
    }
}

fn main() {
    let _ = Orders::definition();
}
