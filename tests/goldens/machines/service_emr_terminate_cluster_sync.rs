workflow_runtime::workflow! {
    pub workflow ServiceEmrTerminateClusterSync {
        query jsonpath;

        task E = elasticmapreduce::terminateCluster.sync { ClusterId: "j-1" } -> end;
    }
}
