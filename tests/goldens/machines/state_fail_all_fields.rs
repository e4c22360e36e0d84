workflow_runtime::workflow! {
    pub workflow StateFailAllFields {
        query jsonpath;

        /// c
        fail F { error: "MyError", cause: "because" }
    }
}
