workflow_runtime::workflow! {
    pub workflow ServiceEksCreateNodegroupCallAndContinue {
        query jsonpath;

        task E = eks::createNodegroup { ClusterName: "c" } unchecked -> end;
    }
}
