workflow_runtime::workflow! {
    pub workflow ServiceEksRunJobCallAndContinue {
        query jsonpath;

        task E = eks::runJob { ClusterName: "c" } unchecked -> end;
    }
}
