workflow_runtime::workflow! {
    #[allow(deprecated, reason = "the Python SDK sets no timeout")]
    pub workflow ServiceSnsPublishWaitForCallback {
        query jsonpath;

        task Sns = sns::publish.waitForTaskToken {
            TopicArn: "arn:aws:sns:us-east-1:123456789012:t",
            Message: { t: context.Task.Token },
        } -> end;
    }
}
