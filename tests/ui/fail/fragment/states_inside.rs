use workflow_runtime::workflow;

workflow! {
    fragment Notify {
        input { to: String }
        output { id: String }
        task Send = lambda::invoke<String> { FunctionName: "send", Payload: input.to } -> Done;
        pass Done { id: Send.Payload } -> end;
    }

    workflow Order {
        input { email: String, hurry: bool }

        choice Hurry {
            if input.hurry -> ToldDone;
            else -> "Told / Done";
        }
        use Notify as Told { to: input.email } -> Again;
        choice Again {
            if ToldSend.StatusCode == 200 -> Last;
            if Send.StatusCode == 200 -> Send;
            else -> Last;
        }
        pass Last -> end;
    }
}

fn main() {
    let _ = Order::definition();
}
