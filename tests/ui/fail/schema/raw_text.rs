use serde::{Deserialize, Serialize};
use workflow_runtime::{Schema, workflow};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    order_id: String,
    lines: Vec<Line>,
    note: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct Line {
    article: String,
}

workflow! {
    workflow Pay {
        input Order;
        task Charge = lambda::invoke<Order> {
            FunctionName: "charge",
            Payload: {
                id: jsonata "$states.context.Execution.Input.order_id",
                all: jsonata "$states.context.Execution.Input.lines.article",
                first: jsonata "'a ' & $states.context.Execution.Input.lines[0].artcle",
                may: jsonata "$exists($states.context.Execution.Input.discount) ? 1 : 0",
                raw: "{% $states.input.whatever %}",
            },
        } -> Tell;
        pass Tell { note: jsonata "$string($Charge.Payload.nte)" } -> end;
    }
}

fn main() {}
