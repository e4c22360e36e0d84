workflow_runtime::workflow! {
    pub workflow Booking {
        property after Reserve: Sold or Release;
        input { seat: String, price: i64 }
        task Reserve = lambda::invoke { FunctionName: "reserve", Payload: { seat: input.seat } }
            catch [States.ALL] -> Failed -> Limit;
        choice Limit {
            if input.price > 3000000000 -> Release;
            else -> Charge;
        }
        task Charge = lambda::invoke { FunctionName: "charge" } catch [States.ALL] -> Failed -> Sold;
        succeed Sold;
        task Release = lambda::invoke { FunctionName: "release" } catch [States.ALL] -> Failed -> Failed;
        fail Failed { error: "Failed" }
    }
}
