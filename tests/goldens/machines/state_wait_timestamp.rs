workflow_runtime::workflow! {
    pub workflow StateWaitTimestamp {
        query jsonpath;

        wait W until "2030-01-01T00:00:00Z" -> end;
    }
}
