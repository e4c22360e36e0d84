workflow_runtime::workflow! {
    pub workflow ComputeLambdaStep {
        query jsonpath;

        task Invoke = lambda::invoke { FunctionName: "MyLambda", Payload: { input: "HelloWorld" } } -> end;
    }
}
