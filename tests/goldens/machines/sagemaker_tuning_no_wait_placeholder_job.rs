workflow_runtime::workflow! {
    pub workflow SagemakerTuningNoWaitPlaceholderJob {
        query jsonpath;
        input {
            #[serde(rename = "Job")]
            job: String,
        }

        task Tuning = sagemaker::createHyperParameterTuningJob {
            HyperParameterTuningJobName: input.job,
            HyperParameterTuningJobConfig: {
                Strategy: "Bayesian",
                ResourceLimits: { MaxNumberOfTrainingJobs: 2, MaxParallelTrainingJobs: 1 },
                TrainingJobEarlyStoppingType: "Off",
                HyperParameterTuningJobObjective: { Type: "Maximize", MetricName: "m" },
                ParameterRanges: {
                    ContinuousParameterRanges: [],
                    CategoricalParameterRanges: [],
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
                    MetricDefinitions: [{ Name: "m", Regex: "x=(.*)" }],
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
                StaticHyperParameters: {
                    feature_dim: "50000",
                    subtract_mean: "True",
                    algorithm_mode: "randomized",
                    mini_batch_size: "200",
                },
            },
        } -> end;
    }
}
