use workflow_runtime::workflow;

workflow! {
    fragment Notify {
        input { to: String }
        output { id: String, tries: i64 }
        task Send = lambda::invoke<String> { FunctionName: "send", Payload: input.to } -> Done;
        pass Done { id: Send.Payload, tries: 1 } -> end;
    }

    fragment Stamp {
        task Write = lambda::invoke { FunctionName: "stamp" } -> end;
    }

    workflow Order {
        input { email: String, hurry: bool }

        pass First { id: Told.id } -> Hurry;
        choice Hurry {
            if input.hurry -> Report;
            else -> Told;
        }
        use Notify as Told { to: input.email } catch [States.ALL] => Failed -> Stamped;
        use Stamp as Stamped -> Report;
        pass Report { id: Told.id, tries: Told?.tries, stamp: Stamped.id, no: Told.number } -> Both;
        parallel Both {
            branch { use Notify as Left { to: "a" } -> end; }
            branch { pass Right { id: Left.id } -> end; }
        } -> Later;
        pass Later { id: Left.id } -> end;
        fail Failed { error: "Failed", cause: Told.id }
    }
}

fn main() {
    let _ = Order::definition();
}
