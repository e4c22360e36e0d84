use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        input { speed: Speed }
        enum Speed { Fast, Slow, Never }
        choice BySpeed match input.speed {
            Speed::Fast => Done,
            Speed::Slow => Done,
        }
        succeed Done;
    }
}

fn main() {
    let _ = Orders::definition();
}
