workflow_runtime::workflow! {
    pub workflow TaskGenericTimeoutPaths {
        query jsonpath;

        task T = activity("arn:aws:states:us-east-1:123456789012:activity:a")
            timeout state.t
            heartbeat state.h
            -> end;
    }
}
