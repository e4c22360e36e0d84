workflow_runtime::workflow! {
    pub workflow StateWaitSecondsPath {
        query jsonpath;

        wait W for state.delay -> end;
    }
}
