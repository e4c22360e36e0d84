workflow_runtime::workflow! {
    pub workflow TaskGenericAllFields {
        query jsonpath;

        /// c
        task T = "arn:aws:lambda:us-east-1:123456789012:function:f" { k: "v" }
            timeout 1m
            heartbeat 10s
            input_path "$.i"
            result_path "$.r"
            output_path "$.o"
            retry [States.Timeout] { interval: 3s, max_attempts: 0, backoff: 1.0 }
            catch [States.ALL] -> F { result_path null }
            -> end;
        fail F;
    }
}
