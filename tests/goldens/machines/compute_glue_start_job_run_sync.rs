workflow_runtime::workflow! {
    pub workflow ComputeGlueStartJobRunSync {
        query jsonpath;

        task Glue = glue::startJobRun.sync { JobName: "job", Arguments: { "--k": "v" } } -> end;
    }
}
