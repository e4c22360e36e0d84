workflow_runtime::workflow! {
    pub workflow ServiceEksDeleteNodegroupSync {
        query jsonpath;

        task E = eks::deleteNodegroup.sync { ClusterName: "c", NodegroupName: "n" } -> end;
    }
}
