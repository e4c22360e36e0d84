workflow_runtime::workflow! {
    pub workflow SagemakerProcessingPlaceholdersViaParameters {
        query jsonpath;
        input {
            #[serde(rename = "Job")]
            job: String,
            #[serde(rename = "In")]
            in: Json,
            #[serde(rename = "Args")]
            args: Json,
        }

        task Processing = sagemaker::createProcessingJob {
            ProcessingJobName: input.job,
            ProcessingInputs: [
                {
                    InputName: "input-1",
                    S3Input: {
                        S3Uri: input.in,
                        LocalPath: "/opt/ml/processing/input",
                        S3DataType: "S3Prefix",
                        S3InputMode: "File",
                        S3DataDistributionType: "FullyReplicated",
                        S3CompressionType: "None",
                    },
                },
            ],
            ProcessingOutputConfig: {
                Outputs: [
                    {
                        OutputName: "output-1",
                        AppManaged: false,
                        S3Output: {
                            S3Uri: "s3://my-bucket/out",
                            LocalPath: "/opt/ml/processing/output",
                            S3UploadMode: "EndOfJob",
                        },
                    },
                ],
                KmsKeyId: "key-1",
            },
            AppSpecification: {
                ImageUri: "123456789012.dkr.ecr.us-east-1.amazonaws.com/my-image:latest",
                ContainerArguments: input.args,
            },
            RoleArn: "arn:aws:iam::123456789012:role/SageMakerRole",
            ProcessingResources: {
                ClusterConfig: {
                    InstanceCount: 1,
                    InstanceType: "ml.m5.xlarge",
                    VolumeSizeInGB: 30,
                },
            },
            ExperimentConfig: {
                ExperimentName: "e",
                TrialName: "t",
                TrialComponentDisplayName: "d",
            },
            Tags: [{ Key: "k", Value: "v" }],
        } -> end;
    }
}
