workflow_runtime::workflow! {
    pub workflow SagemakerEndpointUpdate {
        query jsonpath;

        task Endpoint = sagemaker::updateEndpoint {
            EndpointConfigName: "MyEndpointConfig",
            EndpointName: "MyEndPoint",
        } -> end;
    }
}
