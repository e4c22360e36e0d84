use workflow_runtime::workflow;

mod other {
    workflow_runtime::workflow! {
        pub workflow Child {
            input { n: f64 }
            returns { total: f64, note: Option<String> }
            pass Only { total: input.n } -> end;
        }
    }
}

workflow! {
    workflow Parent {
        params { child: Arn }
        task Json = workflow::<other::Child>.sync:2 { StateMachineArn: params.child, Input: { n: 1 } } -> Text;
        task Text = workflow::<other::Child>.sync { StateMachineArn: params.child, Input: { n: 1 } } -> First;
        pass First {
            right: [Json.Output.total + 1, Json.ExecutionArn, Json.Output.note ?? "none"],
            misspelt: Json.Output.totl,
            text: Text.Output.total,
        } -> Good;
        choice Good {
            if Json.Output.note == "x" -> Done;
            if Json.Output.total -> Done;
            else -> Done;
        }
        succeed Done;
    }
}

fn main() {}
