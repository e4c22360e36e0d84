workflow_runtime::workflow! {
    pub workflow SagemakerTransformNoWaitPlaceholders {
        query jsonpath;
        input {
            #[serde(rename = "Job")]
            job: String,
            #[serde(rename = "Model")]
            model: String,
            #[serde(rename = "Data")]
            data: Json,
            #[serde(rename = "Type")]
            type: Json,
        }

        task Inference = sagemaker::createTransformJob {
            TransformJobName: input.job,
            ModelName: input.model,
            TransformInput: {
                DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: input.data } },
                ContentType: input.type,
            },
            TransformOutput: { S3OutputPath: "s3://my-bucket/transform" },
            TransformResources: { InstanceCount: 1, InstanceType: "ml.c4.xlarge" },
        } -> end;
    }
}
