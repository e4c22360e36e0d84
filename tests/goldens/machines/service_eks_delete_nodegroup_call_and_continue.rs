workflow_runtime::workflow! {
    pub workflow ServiceEksDeleteNodegroupCallAndContinue {
        query jsonpath;

        task E = eks::deleteNodegroup { ClusterName: "c" } unchecked -> end;
    }
}
