workflow_runtime::workflow! {
    pub workflow ServiceDynamodbPutItem {
        query jsonpath;

        task Put = dynamodb::putItem { TableName: "T", Item: { Id: { S: state.id } } } -> end;
    }
}
