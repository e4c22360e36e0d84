workflow_runtime::workflow! {
    pub workflow SagemakerEndpointConfigPlaceholders {
        query jsonpath;
        input {
            #[serde(rename = "Cfg")]
            cfg: Json,
            #[serde(rename = "N")]
            n: i64,
            #[serde(rename = "Type")]
            type: Json,
            #[serde(rename = "Model")]
            model: String,
        }

        task EndpointConfig as "Endpoint Config" = sagemaker::createEndpointConfig {
            EndpointConfigName: input.cfg,
            ProductionVariants: [
                {
                    InitialInstanceCount: input.n,
                    InstanceType: input.type,
                    ModelName: input.model,
                    VariantName: "v1",
                },
            ],
        } -> end;
    }
}
