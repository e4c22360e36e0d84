workflow_runtime::workflow! {
    pub workflow ComputeEcsRunTaskSync {
        query jsonpath;

        task Ecs = ecs::runTask.sync { LaunchType: "FARGATE", Cluster: "c", TaskDefinition: "t" } -> end;
    }
}
