use serde::{Deserialize, Serialize};
use workflow_runtime::{Schema, workflow};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct Order {
    discount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    voucher: Option<i64>,
    pay: Pay,
    parent: Option<Box<Order>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[serde(tag = "by")]
pub enum Pay {
    Card { number: String },
    Cash,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct Names {
    first: String,
    last: String,
    age: u8,
}

workflow! {
    workflow Read {
        input { order: crate::Order }
        choice Which {
            if is_present(input.order.discount) && is_present(input.order.voucher) -> Both;
            else -> None;
        }
        pass Both { sum: input.order.discount + input.order.voucher } -> end;
        pass None {
            voucher: input.order.voucher,
            card: input.order.pay.number,
            list: [input.order.parent.discount],
        } -> end;
    }
    workflow ReadInJsonPath {
        query jsonpath;
        input { order: crate::Order }
        pass None { voucher: input.order.voucher, parent: input.order.parent.discount } -> end;
    }
    workflow ReadEach {
        input { orders: Vec<crate::Order> }
        pass All {
            vouchers: input.orders[*].voucher,
            given: input.orders[*].voucher?,
            discounts: input.orders[*].discount,
            cards: input.orders[*].pay.number,
        } -> end;
    }
    workflow Join {
        input { order: crate::Order, names: crate::Names }
        pass Both {
            joined: input.names.first + input.names.last,
            right: "" + input.names.first + input.names.last,
            sum: input.names.age + input.names.age,
        } -> end;
    }
    workflow ReadByTag {
        input { order: crate::Order }
        choice Which match input.order.pay.by {
            "Cash" -> Cash;
            "Card" | "Cash" -> Either;
            _ -> Card;
        }
        pass Cash { number: input.order.pay.number } -> end;
        pass Either { number: input.order.pay.number } -> end;
        pass Card { number: input.order.pay.number } -> end;
    }
}

fn main() {}
