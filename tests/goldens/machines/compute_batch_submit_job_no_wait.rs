workflow_runtime::workflow! {
    pub workflow ComputeBatchSubmitJobNoWait {
        query jsonpath;

        task Batch = batch::submitJob { JobName: "j", JobQueue: "q", JobDefinition: "d" } -> end;
    }
}
