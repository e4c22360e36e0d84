//! User-defined types that are passed on: to the input of another workflow, and to the declared output.

#![deny(warnings)]
#![allow(dead_code, reason = "nobody reads what only goes through a workflow")]

use serde::{Deserialize, Serialize};
use workflow_runtime::{Schema, workflow};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct Order {
    pub id: String,
    pub total: f64,
    pub lines: Vec<Line>,
    pub parent: Option<Box<Order>>,
    pub kids: Vec<Order>,
    pub a: Option<Box<Order>>,
    pub b: Option<Box<Order>>,
    pub c: Option<Box<Order>>,
    pub d: Option<Box<Order>>,
    pub e: Option<Box<Order>>,
    how: How,
    #[serde(flatten)]
    more: More,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct More {
    x: i64,
    y: Option<i64>,
    #[serde(flatten)]
    z: Option<Deep>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct Deep {
    deep: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[serde(tag = "t")]
pub enum How {
    Card { n: String },
    Cash,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct Line {
    pub article: String,
    #[serde(default)]
    pub amount: u32,
}

mod other {
    workflow_runtime::workflow! {
        pub workflow Bill {
            input crate::handed_on::Order;
            returns crate::handed_on::Order;
            pass Only -> end;
        }
        pub workflow Parts {
            input {
                id: String,
                total: f64,
                lines: Vec<Item>,
                x: i64,
                y: Option<i64>,
                how: Json,
                deep: Option<i64>,
            }
            returns { l: Vec<crate::handed_on::Line>, h: crate::handed_on::How }
            struct Item { article: String, amount: u32 }
            pass Only { l: input.lines, h: input.how } -> end;
        }
    }
}

workflow! {
    pub workflow Pay {
        input { order: crate::handed_on::Order }
        returns {
            order: crate::handed_on::Order,
            rows: Vec<Row>,
            how: crate::handed_on::How,
            lines: Vec<crate::handed_on::Line>,
            total: f64,
            id: Id,
            deep: Option<i64>,
            ids: Map<String>,
        }
        struct Row { article: String, amount: u32 }
        enum Id { A, B }
        params { bill: Arn }
        task A = workflow::<other::Bill>.sync:2 { StateMachineArn: params.bill, Input: input.order } -> B;
        task B = workflow::<other::Parts>.sync:2 { StateMachineArn: params.bill, Input: A.Output } -> C;
        task C = workflow::<other::Parts>.sync:2 { StateMachineArn: params.bill, Input: input.order } -> D;
        pass D {
            order: A.Output,
            rows: A.Output.lines,
            how: B.Output.h,
            lines: input.order.lines,
            total: A.Output.total,
            id: input.order.id,
            deep?: input.order.deep,
            ids: { a: input.order.id },
        } -> end;
    }
}
pub(crate) fn main() {}
