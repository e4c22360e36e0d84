workflow_runtime::workflow! {
    pub workflow ServiceDynamodbGetItem {
        query jsonpath;

        task Get = dynamodb::getItem { TableName: "T", Key: { Id: { S: "1" } } } -> end;
    }
}
