workflow_runtime::workflow! {
    /// top comment
    pub workflow WorkflowTopLevelFields {
        query jsonpath;
        version "1.0";
        timeout 1h;

        pass P -> end;
    }
}
