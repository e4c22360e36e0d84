workflow_runtime::workflow! {
    pub workflow ServiceEmrCreateClusterNoWait {
        query jsonpath;

        task E = elasticmapreduce::createCluster { Name: "c" } unchecked -> end;
    }
}
