//! Members that serde omits from a Rust type, and members that it writes as `null`.

#![deny(warnings)]

use serde::{Deserialize, Serialize};
use workflow_runtime::{Schema, workflow};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct Order {
    /// Written as `null`.
    discount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    voucher: Option<i64>,
    /// Written all the same.
    #[serde(default)]
    note: String,
    parent: Option<Box<Order>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct Paid {
    pay: Pay,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[serde(tag = "by")]
pub enum Pay {
    Card { number: String },
    Debit { account: String },
    Transfer { account: String, bank: String },
    Cash,
}

workflow! {
    pub workflow Read {
        input { order: crate::absent::Order }
        choice Which {
            if !is_null(input.order.discount) && is_present(input.order.voucher) -> Both;
            if input.order.discount != null -> One;
            else -> None;
        }
        pass Both {
            sum: input.order.discount + input.order.voucher,
            voucher: input.order.voucher,
            note: input.order.note,
        } -> end;
        pass One { sum: input.order.discount + 1, voucher?: input.order.voucher } -> end;
        pass None {
            discount: input.order.discount,
            sum: (input.order.discount ?? 0) + (input.order.voucher ?? 0),
            number: if is_numeric(input.order.discount) { input.order.discount * 2 } else { 0 },
            first: input.order.parent.note ?? "",
        } -> end;
    }
    pub workflow ReadPayment {
        input { order: crate::absent::Paid }
        choice Which {
            if input.order.pay.by == "Card" && input.order.pay.number != "" -> Card;
            else -> Kind;
        }
        choice Kind match input.order.pay.by {
            "Card" -> Card;
            "Debit" | "Transfer" -> Bank;
            _ -> Other;
        }
        pass Card { number: input.order.pay.number } -> end;
        pass Bank { account: input.order.pay.account, bank?: input.order.pay.bank } -> end;
        pass Other { number: input.order.pay.number ?? "none" } -> end;
    }
    pub workflow ReadInJsonPath {
        query jsonpath;
        input { order: crate::absent::Order }
        choice Which {
            if is_present(input.order.voucher) && !is_null(input.order.discount) -> Both;
            else -> None;
        }
        pass Both { sum: States.MathAdd(input.order.discount, input.order.voucher) } -> end;
        pass None { discount: input.order.discount, note: input.order.note } -> end;
    }
}

pub(crate) fn main() {}
