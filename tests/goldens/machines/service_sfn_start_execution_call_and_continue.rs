workflow_runtime::workflow! {
    pub workflow ServiceSfnStartExecutionCallAndContinue {
        query jsonpath;

        task S = states::startExecution {
            StateMachineArn: "arn:aws:states:us-east-1:123456789012:stateMachine:m",
        } -> end;
    }
}
