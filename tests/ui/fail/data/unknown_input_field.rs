use workflow_runtime::workflow;

workflow! {
    workflow Orders {
        input { order: Order }
        struct Order { id: String, address: Address }
        struct Address { street: String }
        pass Prepare { id: input.ordr.id, street: input.order.address.stret } -> end;
    }
}

fn main() {
    let _ = Orders::definition();
}
