workflow_runtime::workflow! {
    pub workflow ServiceEmrSetClusterTerminationProtection {
        query jsonpath;

        task E = elasticmapreduce::setClusterTerminationProtection {
            ClusterId: "j-1",
            TerminationProtected: true,
        } -> end;
    }
}
