workflow_runtime::workflow! {
    #[allow(deprecated, reason = "Lambda's answer has no `Response`")]
    pub workflow DocLambdaStepOutput {
        query jsonpath;

        task MyFirstLambdaStep = lambda::invoke {
            FunctionName: "MakeApiCall",
            Payload: { input: "20192312" },
        } -> MySecondLambdaStep;
        task MySecondLambdaStep = lambda::invoke {
            FunctionName: "ProcessCallResult",
            // Lambda's answer has no `Response`; `state.Response` is refused.
            Payload: { input: path "$.Response" },
        } -> end;
    }
}
