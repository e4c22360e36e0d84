workflow_runtime::workflow! {
    pub workflow ServiceEksDeleteClusterSync {
        query jsonpath;

        task E = eks::deleteCluster.sync { Name: "c" } -> end;
    }
}
