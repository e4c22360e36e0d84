workflow_runtime::workflow! {
    pub workflow ServiceDynamodbDeleteItem {
        query jsonpath;

        task Del = dynamodb::deleteItem { TableName: "T", Key: { Id: { S: "1" } } } -> end;
    }
}
