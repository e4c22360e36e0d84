workflow_runtime::workflow! {
    pub workflow PartitionAwsCn {
        query jsonpath;

        task L = "arn:aws-cn:states:::lambda:invoke" { FunctionName: "f" } -> end;
    }
}
