//! User-defined types from any module, as input, field, result and item.

#![deny(warnings)]

use serde::{Deserialize, Serialize};
use workflow_runtime::{Schema, workflow};

mod model {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
    #[serde(rename_all = "camelCase")]
    pub struct Order<T> {
        pub customer_id: String,
        pub lines: Vec<Line<T>>,
        pub note: Option<String>,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
    pub struct Line<T> {
        pub article: T,
        pub amount: u32,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
    #[serde(tag = "type")]
    pub enum Answer {
        Good { until: String },
        Bad,
    }
}

use model::Answer;

/// Serde alone: as a whole it may go anywhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plain {
    x: u8,
}

workflow! {
    pub workflow Ship {
        input { order: crate::schema::model::Order<String>, plain: Plain, all: Vec<Answer> }
        returns model::Order<String>;
        task Ask = lambda::invoke<Answer> { FunctionName: "ask", Payload: { who: input.order.customerId, plain: input.plain } }
            -> Good;
        choice Good {
            if Ask.Payload.type == "Good" && is_present(Ask.Payload.until) -> Each;
            if input.all[0].type != "Bad" -> Each;
            else -> Done;
        }
        map Each over input.order.lines {
            pass Line { article: item.article, next: item.amount + 1 } -> end;
        } -> Done;
        pass Done { customerId: input.order.customerId, lines: input.order.lines, note?: input.order.note } -> end;
    }
    /// A type of one workflow is one of Rust for another.
    workflow Again {
        input inner::Chain;
        pass First { name: input.next.next.name ?? "", last: input.last[0].name } -> end;
    }
    /// A whole number is compared with any number.
    workflow Pay {
        input { event: Event, amounts: Vec<Event> }
        #[serde(tag = "kind")]
        enum Event { Paid { amount: f64 }, Lost }
        choice Which {
            if input.event.kind == "Paid" && input.event.amount > 100 -> Large;
            if 3 in $map(input.amounts, |event| event.amount ?? 0.5) -> Large;
            else -> Large;
        }
        pass Large -> end;
    }
}

mod inner {
    workflow_runtime::workflow! {
        pub workflow Declares {
            struct Chain { name: String, next: Option<Link>, last: Vec<Chain> }
            struct Link { name: String, next: Map<Chain> }
            pass Only -> end;
        }
    }
}

pub(crate) fn main() {
    let text = Ship::definition().into_string();
    assert!(text.contains("$states.context.Execution.Input.order.customerId"), "{text}");
}
