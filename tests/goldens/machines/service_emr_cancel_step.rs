workflow_runtime::workflow! {
    pub workflow ServiceEmrCancelStep {
        query jsonpath;

        task E = elasticmapreduce::cancelStep { ClusterId: "j-1", StepId: "s-1" } -> end;
    }
}
