workflow_runtime::workflow! {
    #[allow(deprecated, reason = "the Python SDK sets no timeout")]
    pub workflow ServiceSfnStartExecutionWaitForTaskToken {
        query jsonpath;

        task S = states::startExecution.waitForTaskToken {
            StateMachineArn: "arn:aws:states:us-east-1:123456789012:stateMachine:m",
            Input: { token: context.Task.Token },
        } -> end;
    }
}
