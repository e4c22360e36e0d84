workflow_runtime::workflow! {
    pub workflow StateSucceedAllFields {
        query jsonpath;

        /// c
        succeed S
            input_path "$.in"
            output_path "$.out";
    }
}
