workflow_runtime::workflow! {
    pub workflow PartitionAwsUsGov {
        query jsonpath;

        task S = "arn:aws-us-gov:states:::states:startExecution.sync:2" {} unchecked -> end;
    }
}
