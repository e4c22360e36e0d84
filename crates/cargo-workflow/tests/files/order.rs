//! Two workflows in one file, one of them inside a module.

workflow! {
    /// Ships an order when it is paid.
    pub workflow ShipOrder {
        input { paid: bool, address: String }
        params { shipping: Arn }

        choice IsPaid {
            if input.paid -> Ship;
            else -> Refused;
        }
        task Ship = lambda::invoke {
            FunctionName: params.shipping,
            Payload: { to: input.address, limit: const MAX_PARCELS },
        } -> end;
        fail Refused { error: "NotPaid", cause: "pay first" }
    }
}

mod inner {
    workflow_runtime::workflow! {
        workflow Cool {
            wait Wait for 30d -> end;
        }
    }
}
