workflow_runtime::workflow! {
    pub workflow ServiceEksDeleteClusterCallAndContinue {
        query jsonpath;

        task E = eks::deleteCluster { Name: "c" } -> end;
    }
}
