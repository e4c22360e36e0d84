workflow_runtime::workflow! {
    #[allow(deprecated, reason = "the Python SDK sets no timeout")]
    pub workflow ServiceSqsSendMessageWaitForCallback {
        query jsonpath;

        task Sqs = sqs::sendMessage.waitForTaskToken {
            QueueUrl: "https://sqs.us-east-1.amazonaws.com/123456789012/q",
            MessageBody: { t: context.Task.Token },
        } -> end;
    }
}
