//! One mistake causes one error: code that uses the workflow causes no further errors.

use workflow_runtime::{Workflow, WorkflowState, workflow};

workflow! {
    pub workflow Orders {
        input { order: Order, speed: Speed }
        struct Order { id: String }
        enum Speed { Fast, Slow }
        returns { id: String }
        params { bucket: String }
        pass Prepare { id: input.order.id, at: params.buckt } -> Ship;
        parallel Ship { branch { pass Pack { n: 1 } } } output { id: "x" } -> end;
    }
}

fn main() {
    let input = OrdersInput { order: Order { id: String::new() }, speed: Speed::Slow };
    let _: <Orders as Workflow>::Input = input.clone();
    let _ = Orders::definition_with(&OrdersParams { bucket: String::new() });
    let _ = OrdersOutput { id: input.order.id };
    let _ = [OrdersState::Prepare, OrdersState::Ship, OrdersState::Pack].map(|state| state.name());
}
