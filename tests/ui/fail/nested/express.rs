use workflow_runtime::workflow;

mod other {
    workflow_runtime::workflow! {
        pub workflow Quote {
            type express;
            input { article: String }
            returns { cents: i64, note: Option<String> }
            pass Only { cents: 1 } -> end;
        }
    }

    workflow_runtime::workflow! {
        pub workflow Slow {
            pass Only {} -> end;
        }
    }
}

workflow! {
    workflow Offer {
        params { quote: Arn }
        input { article: String }
        task Right = workflow::<other::Quote>.express { StateMachineArn: params.quote, Input: { article: input.article } }
            -> Wrong;
        task Wrong = workflow::<other::Quote>.express { StateMachineArn: params.quote, Input: { artcle: 1 } } -> Standard;
        task Standard = workflow::<other::Slow>.express { StateMachineArn: params.quote } -> Read;
        pass Read { cents: Right.Output.cents + 1, misspelt: Right.Output.cnts, note: Right.Output.note } -> end;
    }
}

fn main() {}
