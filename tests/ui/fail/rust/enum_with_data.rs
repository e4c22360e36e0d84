//! A member that no variant has, one that only some have, and a variant that the enum does not have.

use workflow_runtime::workflow;

workflow! {
    workflow Pay {
        input { event: Event }
        returns { amount: f64 }
        #[serde(tag = "kind", rename_all = "camelCase")]
        enum Event {
            Paid { amount: f64 },
            Lost,
        }

        choice Which {
            if input.event.kind == "payed" -> Paid;
            else -> Unknown;
        }
        pass Paid { amount: input.event.amount } -> end;
        pass Unknown { amount: (input.event.amuont ?? 0) } -> end;
    }
}

fn main() {}
