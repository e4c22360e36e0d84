workflow_runtime::workflow! {
    pub workflow SagemakerTrainingPlaceholders {
        query jsonpath;
        input {
            #[serde(rename = "Out")]
            out: Json,
            #[serde(rename = "Data")]
            data: Json,
            #[serde(rename = "HP")]
            hp: Json,
            #[serde(rename = "Job")]
            job: String,
            #[serde(rename = "Exp")]
            exp: Json,
            #[serde(rename = "Tags")]
            tags: Json,
        }

        task Training = sagemaker::createTrainingJob.sync {
            AlgorithmSpecification: {
                TrainingImage: "382416733822.dkr.ecr.us-east-1.amazonaws.com/pca:1",
                TrainingInputMode: "File",
            },
            OutputDataConfig: { S3OutputPath: input.out },
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
                            S3DataDistributionType: "FullyReplicated",
                            S3Uri: input.data,
                        },
                    },
                    ChannelName: "training",
                },
            ],
            HyperParameters: input.hp,
            TrainingJobName: input.job,
            ExperimentConfig: input.exp,
            Tags: input.tags,
        } -> end;
    }
}
