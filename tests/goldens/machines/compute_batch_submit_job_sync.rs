workflow_runtime::workflow! {
    pub workflow ComputeBatchSubmitJobSync {
        query jsonpath;

        task Batch = batch::submitJob.sync { JobName: "j", JobQueue: "q", JobDefinition: "d" } -> end;
    }
}
