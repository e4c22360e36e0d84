workflow_runtime::workflow! {
    #[allow(deprecated, reason = "the Python SDK sends its hyperparameters as they are")]
    pub workflow SagemakerTrainingNoWaitMultiChannel {
        query jsonpath;

        task Training = sagemaker::createTrainingJob {
            AlgorithmSpecification: {
                TrainingImage: "382416733822.dkr.ecr.us-east-1.amazonaws.com/pca:1",
                TrainingInputMode: "File",
            },
            OutputDataConfig: { S3OutputPath: "s3://my-bucket/models" },
            StoppingCondition: { MaxRuntimeInSeconds: 86400 },
            ResourceConfig: {
                VolumeSizeInGB: 30,
                InstanceCount: 1,
                InstanceType: "ml.c4.xlarge",
            },
            RoleArn: "arn:aws:iam::123456789012:role/SageMakerRole",
            InputDataConfig: [
                {
                    DataSource: {
                        S3DataSource: {
                            S3DataType: "S3Prefix",
                            S3Uri: "s3://my-bucket/train",
                            S3DataDistributionType: "FullyReplicated",
                        },
                    },
                    ContentType: "text/csv",
                    ChannelName: "train",
                },
                {
                    DataSource: {
                        S3DataSource: {
                            S3DataType: "S3Prefix",
                            S3Uri: "s3://my-bucket/val",
                            S3DataDistributionType: "FullyReplicated",
                        },
                    },
                    ChannelName: "validation",
                },
            ],
            HyperParameters: {
                feature_dim: 50000,
                num_components: 42,
                subtract_mean: true,
                algorithm_mode: "randomized",
                mini_batch_size: 200,
                extra: "x",
            },
            TrainingJobName: "TrainingJob",
        } -> end;
    }
}
