workflow_runtime::workflow! {
    pub workflow StateFailMinimal {
        query jsonpath;

        fail F;
    }
}
