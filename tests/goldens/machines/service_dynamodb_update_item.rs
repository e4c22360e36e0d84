workflow_runtime::workflow! {
    pub workflow ServiceDynamodbUpdateItem {
        query jsonpath;

        task Upd = dynamodb::updateItem {
            TableName: "T",
            Key: { Id: { S: "1" } },
            UpdateExpression: "set v = :v",
            ExpressionAttributeValues: { ":v": { N: "1" } },
        } -> end;
    }
}
