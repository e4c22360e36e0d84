//! An order as a saga: completed steps are undone if a later step fails.

use workflow_runtime::workflow;

workflow! {
    /// Reserves, charges and ships; undoes what was done when something fails.
    pub workflow OrderSaga {
        input { order_id: String, total: f64, express: bool }
        struct Reservation { id: String }
        struct Receipt { id: String, amount: f64 }
        struct Parcel { tracking: String }
        output { tracking: String, receipt: String }

        task Reserve = lambda::invoke<Reservation> {
            FunctionName: "reserve",
            Payload: { order: input.order_id },
        }
            catch [States.ALL] => Rejected
            -> Charge;

        task Charge = lambda::invoke<Receipt> {
            FunctionName: "charge",
            Payload: { order: input.order_id, amount: input.total },
        }
            catch [States.ALL] => Release
            -> Ship;

        task Ship = lambda::invoke<Parcel> {
            FunctionName: "ship",
            Payload: { reservation: Reserve.Payload.id, express: input.express },
        }
            catch [States.ALL] => Refund
            -> Done;

        succeed Done { tracking: Ship.Payload.tracking, receipt: Charge.Payload.id }

        // Only a failed shipment leads here, so there is a receipt. If the refund fails, the reservation is still
        // released.
        task Refund = lambda::invoke {
            FunctionName: "refund",
            Payload: { receipt: Charge.Payload.id, amount: Charge.Payload.amount, reason: caught.Cause },
        }
            retry [States.ALL] { interval: 10s, max_attempts: 5, backoff: 2.0 }
            catch [States.ALL] => Release
            -> Release;

        // A failed charge leads here, and so does a refund, successful or not: there is a reservation, and perhaps a
        // receipt.
        task Release = lambda::invoke {
            FunctionName: "release",
            Payload: { reservation: Reserve.Payload.id, receipt?: Charge?.Payload.id },
        }
            retry [States.ALL] { interval: 10s, max_attempts: 5, backoff: 2.0 }
            catch [States.ALL] => Rejected
            -> Rejected;

        fail Rejected { error: caught.Error, cause: "order " + input.order_id + ": " + caught.Cause }
    }
}
