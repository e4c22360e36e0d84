workflow_runtime::workflow! {
    pub workflow StateWaitSeconds {
        query jsonpath;

        /// c
        wait W for 10s
            input_path "$.i"
            output_path "$.o"
            -> end;
    }
}
