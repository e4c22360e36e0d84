workflow_runtime::workflow! {
    pub workflow ServiceEksCall {
        query jsonpath;

        task E = eks::call {
            ClusterName: "c",
            Method: "GET",
            Path: "/api/v1/namespaces/default/pods",
        }
            unchecked
            -> end;
    }
}
