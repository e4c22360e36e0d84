workflow_runtime::workflow! {
    pub workflow ServiceEmrModifyInstanceFleetByName {
        query jsonpath;

        task E = elasticmapreduce::modifyInstanceFleetByName {
            ClusterId: "j-1",
            InstanceFleetName: "f",
            InstanceFleet: { TargetOnDemandCapacity: 8 },
        } -> end;
    }
}
