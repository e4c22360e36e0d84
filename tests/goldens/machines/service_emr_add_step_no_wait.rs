workflow_runtime::workflow! {
    pub workflow ServiceEmrAddStepNoWait {
        query jsonpath;

        task E = elasticmapreduce::addStep { ClusterId: "j-1", Step: { Name: "s" } } unchecked -> end;
    }
}
