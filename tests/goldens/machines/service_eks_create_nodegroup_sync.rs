workflow_runtime::workflow! {
    pub workflow ServiceEksCreateNodegroupSync {
        query jsonpath;

        task E = eks::createNodegroup.sync { ClusterName: "c", NodegroupName: "n" } unchecked -> end;
    }
}
