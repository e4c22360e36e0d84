workflow_runtime::workflow! {
    pub workflow ServiceSqsSendMessage {
        query jsonpath;

        task Sqs = sqs::sendMessage {
            QueueUrl: "https://sqs.us-east-1.amazonaws.com/123456789012/q",
            MessageBody: "m",
        } -> end;
    }
}
