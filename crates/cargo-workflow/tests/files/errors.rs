//! A workflow whose errors are known, as far as it says them.

workflow! {
    workflow Errors {
        task Charge = lambda::invoke { FunctionName: "charge" }
            errors [Declined, Stolen]
            retry [Lambda.ServiceException, Declined]
            catch [Declined, Expired] -> Refused
            catch [States.ALL] -> Broken
            -> Ship;
        task Ship = lambda::invoke { FunctionName: "ship" }
            catch [States.HeartbeatTimeout] -> Broken
            catch [States.ALL] -> Broken
            -> end;
        fail Refused;
        fail Broken;
    }
}
