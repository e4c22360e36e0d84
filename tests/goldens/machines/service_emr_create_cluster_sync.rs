workflow_runtime::workflow! {
    pub workflow ServiceEmrCreateClusterSync {
        query jsonpath;

        task E = elasticmapreduce::createCluster.sync { Name: "c", ReleaseLabel: "emr-5.28.0" } unchecked -> end;
    }
}
