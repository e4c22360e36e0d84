workflow_runtime::workflow! {
    pub workflow ServiceEksRunJobSync {
        query jsonpath;

        task E = eks::runJob.sync { ClusterName: "c", Job: { kind: "Job" } } unchecked -> end;
    }
}
