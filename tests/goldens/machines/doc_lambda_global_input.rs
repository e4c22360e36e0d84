workflow_runtime::workflow! {
    pub workflow DocLambdaGlobalInput {
        query jsonpath;
        input {
            #[serde(rename = "myDynamicInput")]
            my_dynamic_input: Json,
        }

        task MyLambdaStep = lambda::invoke {
            FunctionName: "MyLambda",
            Payload: { input: input.my_dynamic_input },
        } -> end;
    }
}
