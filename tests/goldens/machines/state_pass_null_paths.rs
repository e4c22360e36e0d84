workflow_runtime::workflow! {
    pub workflow StatePassNullPaths {
        query jsonpath;

        pass P
            input_path null
            result_path null
            output_path null
            -> end;
    }
}
