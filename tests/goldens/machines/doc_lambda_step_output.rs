workflow_runtime::workflow! {
    pub workflow DocLambdaStepOutput {
        query jsonpath;

        task MyFirstLambdaStep = lambda::invoke {
            FunctionName: "MakeApiCall",
            Payload: { input: "20192312" },
        } -> MySecondLambdaStep;
        task MySecondLambdaStep = lambda::invoke {
            FunctionName: "ProcessCallResult",
            Payload: { input: state.Response },
        } -> end;
    }
}
