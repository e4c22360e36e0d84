//! What cannot be read: a member that an item has not, one that may be absent; a variable that is in the way.

use workflow_runtime::workflow;

workflow! {
    workflow ItemLater {
        input { orders: Vec<Order> }
        struct Order { id: String, total: f64, note: Option<String> }
        map Each over input.orders {
            task Charge = lambda::invoke { FunctionName: "charge", Payload: item.id } -> Which;
            choice Which { if is_present(item.note) -> Show; else -> Plain; }
            pass Show { note: item.note + "!", total: item.totl } -> end;
            pass Plain { note: item.note + "!" } assign { item: 1 } -> end;
        } -> end;
    }
}

fn main() {}
