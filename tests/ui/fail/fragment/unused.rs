#![deny(warnings)]

use workflow_runtime::workflow;

workflow! {
    fragment Notify {
        input { to: String, text: String }
        task Send = lambda::invoke { FunctionName: "send", Payload: input.to } -> end;
    }

    fragment Stamp {
        task Write = lambda::invoke { FunctionName: "stamp" } -> end;
    }

    workflow Order {
        use Notify as Told { to: "a", text: "b" } -> end;
    }
}

fn main() {
    let _ = Order::definition();
}
