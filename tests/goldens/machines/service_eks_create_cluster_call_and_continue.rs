workflow_runtime::workflow! {
    pub workflow ServiceEksCreateClusterCallAndContinue {
        query jsonpath;

        task E = eks::createCluster { Name: "c" } unchecked -> end;
    }
}
