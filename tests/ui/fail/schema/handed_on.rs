use serde::{Deserialize, Serialize};
use workflow_runtime::{Schema, workflow};

mod model {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
    #[serde(rename_all = "camelCase")]
    pub struct Order {
        pub order_id: String,
        pub total: f64,
        pub lines: Vec<Line>,
        pub parent: Option<Box<Order>>,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
    pub struct Line {
        pub article: String,
        #[serde(default)]
        pub amount: u32,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
    #[serde(tag = "kind", content = "detail")]
    pub enum Sent {
        Parcel { tracking: String },
        Digital,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
    pub struct Receipt {
        pub tracking: String,
    }
}

mod other {
    workflow_runtime::workflow! {
        pub workflow Bill {
            input { order_id: i64, total: f64, lines: Vec<Item>, tags: Vec<String> }
            struct Item { article: String, amount: u32 }
            pass Only {} -> end;
        }
    }
}

workflow! {
    workflow Pay {
        input { order: crate::model::Order }
        returns { id: i64, total: f64, lines: Vec<Line>, tags: Vec<String> }
        params { bill: Arn }
        struct Line { article: i64, price: f64 }
        task Whole = workflow::<other::Bill> { StateMachineArn: params.bill, Input: input.order } -> Parts;
        task Parts = workflow::<other::Bill> {
            StateMachineArn: params.bill,
            Input: {
                order_id: input.order.total,
                total: input.order.lines,
                lines: input.order.lines,
                tags: input.order.lines,
            },
        } -> Alarm;
        task Alarm = aws_sdk::cloudwatch::disableAlarmActions { AlarmNames: input.order.orderId } -> Done;
        pass Done {
            id: input.order.orderId,
            total: input.order.total,
            lines: input.order.lines,
            tags: input.order,
        } -> end;
    }
}

workflow! {
    workflow Ship {
        returns crate::model::Receipt;
        task Send = lambda::invoke<crate::model::Sent> { FunctionName: "send" } -> Done;
        succeed Done { tracking?: Send.Payload.detail.tracking }
    }
}

fn main() {}
