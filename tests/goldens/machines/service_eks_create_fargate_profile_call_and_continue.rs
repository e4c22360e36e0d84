workflow_runtime::workflow! {
    pub workflow ServiceEksCreateFargateProfileCallAndContinue {
        query jsonpath;

        task E = eks::createFargateProfile { ClusterName: "c" } unchecked -> end;
    }
}
