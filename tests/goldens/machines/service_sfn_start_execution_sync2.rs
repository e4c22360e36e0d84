workflow_runtime::workflow! {
    pub workflow ServiceSfnStartExecutionSync2 {
        query jsonpath;

        task S = states::startExecution.sync:2 {
            StateMachineArn: "arn:aws:states:us-east-1:123456789012:stateMachine:m",
            Input: { a: 1 },
        } -> end;
    }
}
