workflow_runtime::workflow! {
    pub workflow Seed001ProcessingOneStep {
        query jsonpath;
        input {
            #[serde(rename = "PreprocessingJobName")]
            preprocessing_job_name: String,
        }

        task ProcessingStep as "Processing Step" = sagemaker::createProcessingJob.sync {
            ProcessingJobName: input.preprocessing_job_name,
            ProcessingInputs: [
                {
                    InputName: "input-1",
                    AppManaged: false,
                    S3Input: {
                        S3Uri: "s3://my-bucket/in",
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
            },
            AppSpecification: {
                ImageUri: "123456789012.dkr.ecr.us-east-1.amazonaws.com/my-image:latest",
                ContainerEntrypoint: ["python3", "/opt/program/my_script.py"],
            },
            RoleArn: "arn:aws:iam::123456789012:role/SageMakerRole",
            ProcessingResources: {
                ClusterConfig: {
                    InstanceCount: 1,
                    InstanceType: "ml.m5.xlarge",
                    VolumeSizeInGB: 30,
                },
            },
        } -> end;
    }
}
