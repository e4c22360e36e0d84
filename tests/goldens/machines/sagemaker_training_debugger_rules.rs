workflow_runtime::workflow! {
    pub workflow SagemakerTrainingDebuggerRules {
        query jsonpath;

        task Training = sagemaker::createTrainingJob.sync {
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
                    ChannelName: "training",
                },
            ],
            HyperParameters: {
                feature_dim: "50000",
                num_components: "10",
                subtract_mean: "True",
                algorithm_mode: "randomized",
                mini_batch_size: "200",
            },
            TrainingJobName: "TrainingJob",
            DebugHookConfig: {
                S3OutputPath: "s3://my-bucket/debug",
                HookParameters: { save_interval: "1" },
                CollectionConfigurations: [{ CollectionName: "hyperparameters" }, { CollectionName: "metrics" }],
            },
            DebugRuleConfigurations: [
                {
                    RuleConfigurationName: "Confusion",
                    RuleEvaluatorImage: "503895931360.dkr.ecr.us-east-1.amazonaws.com/sagemaker-debugger-rules:latest",
                    RuleParameters: { rule_to_invoke: "Confusion", category_no: "15", min_diag: "0.7" },
                },
            ],
        } -> end;
    }
}
