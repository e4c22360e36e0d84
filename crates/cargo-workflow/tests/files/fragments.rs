use workflow_runtime::workflow;

workflow! {
    fragment Ask {
        input { to: String }
        returns { answer: String }
        task Send = lambda::invoke<String> { FunctionName: "ask", Payload: input.to } -> Done;
        pass Done { answer: Send.Payload } -> end;
    }

    fragment Approve {
        input { boss: String, hurry: bool }
        choice Hurry {
            if input.hurry -> Skip;
            else -> Boss;
        }
        pass Skip -> end;
        use Ask as Boss { to: input.boss } -> end;
    }

    workflow Order {
        input { boss: String, hurry: bool }

        use Approve as Approval { boss: input.boss, hurry: input.hurry } -> First;
        use Ask as First as "the first" { to: $lowercase(input.boss) } -> Last;
        pass Last { answer: First.answer } -> end;
    }
}
