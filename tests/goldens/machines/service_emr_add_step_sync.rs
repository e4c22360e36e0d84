workflow_runtime::workflow! {
    pub workflow ServiceEmrAddStepSync {
        query jsonpath;

        task E = elasticmapreduce::addStep.sync { ClusterId: "j-1", Step: { Name: "s" } } unchecked -> end;
    }
}
