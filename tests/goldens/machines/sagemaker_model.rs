workflow_runtime::workflow! {
    pub workflow SagemakerModel {
        query jsonpath;

        task CreateModel as "Create model" = sagemaker::createModel {
            ExecutionRoleArn: "arn:aws:iam::123456789012:role/SageMakerRole",
            ModelName: "pca-model",
            PrimaryContainer: {
                Environment: { K: "V" },
                Image: "382416733822.dkr.ecr.us-east-1.amazonaws.com/pca:1",
                ModelDataUrl: "s3://my-bucket/models/pca.tar.gz",
            },
            Tags: [{ Key: "k", Value: "v" }],
        } -> end;
    }
}
