workflow_runtime::workflow! {
    pub workflow Seed004HelloWorldBasic {
        query jsonpath;

        pass MyPassState -> end;
    }
}
