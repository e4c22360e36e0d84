workflow_runtime::workflow! {
    pub workflow ServiceEksDeleteFargateProfileCallAndContinue {
        query jsonpath;

        task E = eks::deleteFargateProfile { ClusterName: "c" } unchecked -> end;
    }
}
