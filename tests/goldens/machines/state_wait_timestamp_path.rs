workflow_runtime::workflow! {
    pub workflow StateWaitTimestampPath {
        query jsonpath;

        wait W until state.until -> end;
    }
}
