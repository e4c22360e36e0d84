workflow_runtime::workflow! {
    pub workflow ServiceEksCreateFargateProfileSync {
        query jsonpath;

        task E = eks::createFargateProfile.sync { ClusterName: "c", FargateProfileName: "f" } unchecked -> end;
    }
}
