//! In JSONPath, `item` is read after a task, or after a state that leads back to the first.

use workflow_runtime::workflow;

workflow! {
    workflow ItemLaterInJsonPath {
        query jsonpath;
        input { orders: Vec<Order> }
        struct Order { id: String, total: f64 }
        map Each over input.orders {
            task Charge = lambda::invoke { FunctionName: "charge", Payload: item } -> Show;
            pass Show { id: item.id } -> end;
        } -> Others;
        map Others over input.orders {
            wait Rest for 5s -> Which;
            choice Which { if item.total > 1 -> Rest; else -> Done; }
            succeed Done;
        } -> end;
    }
}

fn main() {}
