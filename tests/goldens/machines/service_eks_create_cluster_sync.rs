workflow_runtime::workflow! {
    pub workflow ServiceEksCreateClusterSync {
        query jsonpath;

        task E = eks::createCluster.sync {
            Name: "c",
            RoleArn: "arn:aws:iam::123456789012:role/r",
            ResourcesVpcConfig: { SubnetIds: ["subnet-1"] },
        } -> end;
    }
}
