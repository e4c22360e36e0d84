workflow_runtime::workflow! {
    pub workflow SagemakerTuningSync {
        query jsonpath;

        task Tuning = sagemaker::createHyperParameterTuningJob.sync {
            HyperParameterTuningJobName: "tuning-job",
            HyperParameterTuningJobConfig: {
                Strategy: "Bayesian",
                ResourceLimits: { MaxNumberOfTrainingJobs: 2, MaxParallelTrainingJobs: 1 },
                TrainingJobEarlyStoppingType: "Off",
                HyperParameterTuningJobObjective: { Type: "Maximize", MetricName: "test:throughput" },
                ParameterRanges: {
                    ContinuousParameterRanges: [{ Name: "lr", MinValue: "0.1", MaxValue: "0.9", ScalingType: "Auto" }],
                    CategoricalParameterRanges: [{ Name: "algorithm_mode", Values: ["regular", "randomized"] }],
                    IntegerParameterRanges: [
                        {
                            Name: "num_components",
                            MinValue: "5",
                            MaxValue: "50",
                            ScalingType: "Auto",
                        },
                    ],
                },
            },
            TrainingJobDefinition: {
                AlgorithmSpecification: {
                    TrainingImage: "382416733822.dkr.ecr.us-east-1.amazonaws.com/pca:1",
                    TrainingInputMode: "File",
                    MetricDefinitions: [{ Name: "test:throughput", Regex: "x=(.*)" }],
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
                        ChannelName: "train",
                    },
                ],
                StaticHyperParameters: {
                    feature_dim: "50000",
                    subtract_mean: "True",
                    mini_batch_size: "200",
                },
            },
            Tags: [{ Key: "k", Value: "v" }],
        } -> end;
    }
}
