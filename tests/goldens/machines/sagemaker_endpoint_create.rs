workflow_runtime::workflow! {
    pub workflow SagemakerEndpointCreate {
        query jsonpath;

        task Endpoint = sagemaker::createEndpoint {
            EndpointConfigName: "MyEndpointConfig",
            EndpointName: "MyEndPoint",
            Tags: [{ Key: "k", Value: "v" }],
        } -> end;
    }
}
