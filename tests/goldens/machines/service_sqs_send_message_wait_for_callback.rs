workflow_runtime::workflow! {
    pub workflow ServiceSqsSendMessageWaitForCallback {
        query jsonpath;

        task Sqs = sqs::sendMessage.waitForTaskToken {
            QueueUrl: "https://sqs.us-east-1.amazonaws.com/123456789012/q",
            MessageBody: { t: context.Task.Token },
        } -> end;
    }
}
