workflow_runtime::workflow! {
    pub workflow ComputeLambdaStepWaitForCallback {
        query jsonpath;

        task Invoke = lambda::invoke.waitForTaskToken {
            FunctionName: "MyLambda",
            Payload: { token: context.Task.Token },
        }
            timeout 5m
            heartbeat 1m
            -> end;
    }
}
