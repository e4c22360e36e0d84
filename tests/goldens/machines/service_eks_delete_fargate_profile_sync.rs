workflow_runtime::workflow! {
    pub workflow ServiceEksDeleteFargateProfileSync {
        query jsonpath;

        task E = eks::deleteFargateProfile.sync { ClusterName: "c", FargateProfileName: "f" } -> end;
    }
}
