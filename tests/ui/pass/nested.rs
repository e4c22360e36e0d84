//! Another workflow in Rust, which is started in each way.

use workflow_runtime::workflow;

mod other {
    workflow_runtime::workflow! {
        pub workflow Child {
            input { n: f64 }
            returns { total: f64 }
            pass Only { total: input.n } -> end;
        }

        pub workflow Quick {
            type express;
            input { n: f64 }
            returns { total: f64 }
            pass Only { total: input.n } -> end;
        }
    }
}

use other::{Child, Quick};

workflow! {
    workflow Parent {
        params { child: Arn }
        task Json = workflow::<Child>.sync:2 { StateMachineArn: params.child, Input: { n: 1 } } -> Text;
        task Text = workflow::<other::Child>.sync { StateMachineArn: params.child, Input: { n: 1 } } -> Start;
        task Start = workflow::<self::other::Child> { StateMachineArn: params.child, Input: { n: 1 } } -> Token;
        task Token = workflow::<Child>.waitForTaskToken {
            StateMachineArn: params.child,
            Input: { n: 1, token: context.Task.Token },
        } timeout 1d -> Express;
        task Express = workflow::<Quick>.express { StateMachineArn: params.child, Input: { n: 1 } } -> Last;
        pass Last { total: Json.Output.total + Express.Output.total, text: $parse(Text.Output), started: Start.ExecutionArn } -> end;
    }
}

pub(crate) fn main() {
    let definition = Parent::definition_with(&ParentParams { child: "arn".into() }).map(|all| all.into_string());
    let text = definition.unwrap_or_default();
    for resource in [
        "startExecution.sync:2\"",
        "startExecution.sync\"",
        "startExecution\"",
        ".waitForTaskToken\"",
        "startSyncExecution\"",
    ] {
        assert!(text.contains(resource), "{text}");
    }
}
