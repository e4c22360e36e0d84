use workflow_runtime::workflow;

mod other {
    workflow_runtime::workflow! {
        pub workflow Child {
            input { n: f64, name: String, size: Size, line: Option<Line>, note: Option<String>, tags: Vec<String> }
            returns { total: f64 }
            enum Size { Small, Large }
            struct Line { article: String }
            pass Only { total: input.n } -> end;
        }
    }

    workflow_runtime::workflow! {
        pub workflow Quick {
            type express;
            pass Only {} -> end;
        }
    }
}

workflow! {
    workflow Parent {
        params { child: Arn }
        input { name: String, note: Option<String> }
        task Right = workflow::<other::Child>.sync:2 {
            StateMachineArn: params.child,
            Input: {
                n: 1,
                name: input.name,
                size: "Small",
                line: { article: "a" },
                note?: input.note,
                tags: ["a"],
                token: context.Execution.Id,
            },
        } -> Wrong;
        task Wrong = workflow::<other::Child>.sync:2 {
            StateMachineArn: params.child,
            Input: { n: "one", name?: input.note, sise: "Small", line: {}, note: 4, tags: [1] },
        } -> Text;
        task Text = workflow::<other::Child> {
            StateMachineArn: params.child,
            Input: { n: 1, name: null, size: "Huge", line: "a", tags: "b" },
        } -> Handed;
        task Handed = workflow::<other::Child> { StateMachineArn: params.child, Input: input } -> Nothing;
        task Nothing = workflow::<other::Child> { StateMachineArn: params.child } -> Awaited;
        task Awaited = workflow::<other::Quick>.sync { StateMachineArn: params.child, Input: {} } -> end;
    }
}

fn main() {}
