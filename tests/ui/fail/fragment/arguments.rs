use workflow_runtime::workflow;

workflow! {
    fragment Notify {
        input { to: String, text: String, tries: Option<i64> }
        task Send = lambda::invoke {
            FunctionName: "send",
            Payload: { to: input.to, text: input.text, tries?: input.tries },
        } -> end;
    }

    fragment Stamp {
        task Write = lambda::invoke { FunctionName: "stamp" } -> end;
    }

    workflow Order {
        input { email: String, count: i64, boss: Option<String> }

        use Notify as Missing { to: input.email } -> Extra;
        use Notify as Extra { to: input.email, txt: "a", text: "b" } -> Mistyped;
        use Notify as Mistyped { to: input.count, text: "b", tries: "many" } -> Absent;
        use Notify as Absent { to: input.boss, text: "b" } -> Optional;
        use Notify as Optional { to?: input.boss, text: "b" } -> Twice;
        use Notify as Twice { to: input.email, to: "a", text: "b" } -> Parentheses;
        use Notify as Parentheses(to: input.email, text: "b") -> Unknown;
        use Notify as Unknown { to: input.mail, text: "b" } -> None;
        use Stamp as None { at: "now" } -> Braces;
        use Notify as Braces -> end;
    }
}

fn main() {
    let _ = Order::definition();
}
