use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        parallel Both {
            branch { pass Left -> Right; }
            branch { pass Right -> end; }
        }
        -> end;
    }
}

fn main() {
    let _ = Orders::definition();
}
