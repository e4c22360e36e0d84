workflow_runtime::workflow! {
    pub workflow SagemakerModelFrameworkSklearn {
        query jsonpath;

        task CreateModel as "Create model" = sagemaker::createModel {
            ModelName: "sk-model",
            PrimaryContainer: {
                Image: "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:0.20.0-cpu-py3",
                Environment: {
                    SAGEMAKER_PROGRAM: "inference.py",
                    SAGEMAKER_SUBMIT_DIRECTORY: "s3://my-bucket/source/sourcedir.tar.gz",
                    SAGEMAKER_CONTAINER_LOG_LEVEL: "20",
                    SAGEMAKER_REGION: "us-east-1",
                },
                ModelDataUrl: "s3://my-bucket/models/model.tar.gz",
            },
            ExecutionRoleArn: "arn:aws:iam::123456789012:role/SageMakerRole",
        } -> end;
    }
}
