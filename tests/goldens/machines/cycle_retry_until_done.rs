workflow_runtime::workflow! {
    pub workflow CycleRetryUntilDone {
        query jsonpath;

        wait Wait30s as "Wait 30s" for 30s -> GetStatus;
        task GetStatus as "Get Status" = lambda::invoke { FunctionName: "status" } -> Done;
        choice Done as "Done?" {
            if state.Payload.status == "SUCCEEDED" -> Ok;
            if state.Payload.status == "FAILED" -> Bad;
            else -> Wait30s;
        }
        succeed Ok;
        fail Bad;
    }
}
