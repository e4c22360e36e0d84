workflow_runtime::workflow! {
    pub workflow SagemakerModelPlaceholdersAndParameters {
        query jsonpath;
        input {
            #[serde(rename = "Role")]
            role: String,
            #[serde(rename = "Model")]
            model: String,
        }

        task CreateModel as "Create model" = sagemaker::createModel {
            ExecutionRoleArn: input.role,
            ModelName: input.model,
            PrimaryContainer: {
                Environment: {},
                Image: "382416733822.dkr.ecr.us-east-1.amazonaws.com/pca:1",
                ModelDataUrl: "s3://my-bucket/models/pca.tar.gz",
            },
            EnableNetworkIsolation: true,
        } -> end;
    }
}
