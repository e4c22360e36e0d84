use workflow_runtime::workflow;

workflow! {
    fragment Notify {
        input { to: String, seconds: i64 }
        task Send = lambda::invoke { FunctionNam: "send", Payload: input.to }
            timeout input.seconds
            -> end;
    }

    workflow Order {
        input { email: String }

        use Notify as Told { to: input.email, seconds: 0 } -> Second;
        use Notify as Second { to: input.email, seconds: 1 } -> end;
    }

    workflow Return {
        input { email: String }

        use Notify as Third { to: input.email, seconds: 0 } -> Fourth;
        use Notify as Fourth { to: input.email, seconds: 1 } -> end;
    }
}

fn main() {
    let _ = Order::definition();
}
