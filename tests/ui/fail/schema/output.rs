use serde::{Deserialize, Serialize};
use workflow_runtime::{Schema, workflow};

mod model {
    use super::*;

    #[derive(Serialize, Deserialize, Schema)]
    #[serde(rename_all = "camelCase")]
    pub struct Receipt {
        pub order_id: String,
        pub total: f64,
        pub note: Option<String>,
        #[serde(default)]
        pub paid: bool,
    }
}

workflow! {
    workflow Pay {
        input { id: String, total: f64, note: Option<String> }
        returns model::Receipt;
        choice Which {
            if input.total == 0 -> Right;
            if input.total == 1 -> Misspelt;
            if input.total == 2 -> Other;
            else -> Lacking;
        }
        succeed Right { orderId: input.id, total: input.total * 2, note?: input.note, more: 1 };
        succeed Misspelt { order_id: input.id, total: input.total, paid: true };
        succeed Other { orderId: input.total, total?: input.note };
        pass Lacking { orderId: input.id } -> end;
    }
}

fn main() {}
