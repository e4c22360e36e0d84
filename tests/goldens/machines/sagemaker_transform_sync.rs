workflow_runtime::workflow! {
    #[allow(deprecated, reason = "the warning is about SageMaker's own JSONPaths, text for Step Functions")]
    pub workflow SagemakerTransformSync {
        query jsonpath;

        task Inference = sagemaker::createTransformJob.sync {
            TransformJobName: "transform-job",
            ModelName: "pca-model",
            TransformInput: {
                DataSource: {
                    S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://my-bucket/in" },
                },
                ContentType: "text/csv",
                CompressionType: "Gzip",
                SplitType: "Line",
            },
            TransformOutput: { S3OutputPath: "s3://my-bucket/transform" },
            TransformResources: { InstanceCount: 1, InstanceType: "ml.c4.xlarge" },
            DataProcessing: { InputFilter: "$[1:]", OutputFilter: "$[1:]", JoinSource: "Input" },
            ExperimentConfig: {
                ExperimentName: "e",
                TrialName: "t",
                TrialComponentDisplayName: "d",
            },
            Tags: [{ Key: "k", Value: "v" }],
        } -> end;
    }
}
