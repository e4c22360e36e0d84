workflow_runtime::workflow! {
    pub workflow SagemakerEndpointConfig {
        query jsonpath;

        task EndpointConfig as "Endpoint Config" = sagemaker::createEndpointConfig {
            EndpointConfigName: "MyEndpointConfig",
            ProductionVariants: [
                {
                    InitialInstanceCount: 1,
                    InstanceType: "ml.p2.xlarge",
                    ModelName: "pca-model",
                    VariantName: "AllTraffic",
                },
            ],
            DataCaptureConfig: {
                EnableCapture: true,
                InitialSamplingPercentage: 100,
                DestinationS3Uri: "s3://my-bucket/dc",
                CaptureOptions: [{ CaptureMode: "Input" }, { CaptureMode: "Output" }],
                CaptureContentTypeHeader: {
                    CsvContentTypes: ["text/csv"],
                    JsonContentTypes: ["application/json"],
                },
            },
            Tags: [{ Key: "k", Value: "v" }],
        } -> end;
    }
}
