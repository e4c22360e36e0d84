//! A later state reads an unknown or optional member of an item, or a variable has the name of the item's variable.

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
