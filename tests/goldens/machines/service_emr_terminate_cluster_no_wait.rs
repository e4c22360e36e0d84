workflow_runtime::workflow! {
    pub workflow ServiceEmrTerminateClusterNoWait {
        query jsonpath;

        task E = elasticmapreduce::terminateCluster { ClusterId: "j-1" } -> end;
    }
}
