workflow_runtime::workflow! {
    pub workflow ServiceEmrModifyInstanceGroupByName {
        query jsonpath;

        task E = elasticmapreduce::modifyInstanceGroupByName {
            ClusterId: "j-1",
            InstanceGroupName: "g",
            InstanceGroup: { InstanceCount: 8 },
        } -> end;
    }
}
