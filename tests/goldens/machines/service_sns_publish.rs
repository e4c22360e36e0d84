workflow_runtime::workflow! {
    pub workflow ServiceSnsPublish {
        query jsonpath;

        task Sns = sns::publish { TopicArn: "arn:aws:sns:us-east-1:123456789012:t", Message: "m" } -> end;
    }
}
