workflow_runtime::workflow! {
    pub workflow TaskAwsSdkIntegrationViaGenericTask {
        query jsonpath;

        task ListBuckets = aws_sdk::s3::listBuckets {} -> end;
    }
}
