use workflow_runtime::workflow;

workflow! {
    fragment Notify {
        input { to: String }
        output { id: String, tries: i64 }
        task Send = lambda::invoke<i64> { FunctionName: "send", Payload: input.to } -> Many;
        choice Many {
            if Send.Payload > 3 -> Long;
            else -> Short;
        }
        pass Long { id: "a", tries: "many" } -> end;
        pass Short { id: Send.Payload } -> end;
    }

    workflow Order {
        input { email: String }

        use Notify as Told { to: input.email } -> Second;
        use Notify as Second { to: input.email } -> Report;
        pass Report { id: Told.id } -> end;
    }
}

fn main() {
    let _ = Order::definition();
}
