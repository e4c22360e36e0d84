use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        input { paid: bool }
        choice IsPaid match input.paid {
            true => Done,
        }
        succeed Done;
    }
}

fn main() {
    let _ = Orders::definition();
}
