use workflow_runtime::workflow;

workflow! {
    fragment Notify {
        input { to: String }
        task Send = lambda::invoke { FunctionName: "send", Payload: input.to } -> end;
    }

    workflow Order {
        input { email: String }

        use Notfy as Told { to: input.email } -> Pack;
        use Package as Pack { box: "small" } -> Last;
        pass Last { told: Told.id } -> end;
    }
}

fn main() {
    let _ = Order::definition();
}
