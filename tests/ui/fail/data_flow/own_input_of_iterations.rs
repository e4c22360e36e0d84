//! An iteration reads unknown members of its input, and uses a member as the wrong type.

use workflow_runtime::workflow;

workflow! {
    workflow OwnInputOfIterations {
        input { orders: Vec<Order> }
        struct Order { id: String, total: f64 }
        map Each over input.orders {
            pass Tax { id: state.order.name, tax: state.order.total * 0.2, at: state.at + "1" } -> Round;
            pass Round { id: state.idd, tax: $round(state.tax) } -> end;
        } item_selector { order: item, at: index } -> Show;
        pass Show { first: Each[0].tax + "1" } -> end;
    }
}

fn main() {}
