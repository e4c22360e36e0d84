workflow_runtime::workflow! {
    pub workflow ComputeEcsRunTaskNoWait {
        query jsonpath;

        task Ecs = ecs::runTask { TaskDefinition: "t" } -> end;
    }
}
