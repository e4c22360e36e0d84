workflow_runtime::workflow! {
    pub workflow StatePassAllFields {
        query jsonpath;

        /// c
        pass P
            result { r: [1, 2] }
            parameters { k: 1 }
            input_path "$.in"
            result_path "$.out"
            output_path "$.o"
            -> end;
    }
}
