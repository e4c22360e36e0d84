workflow_runtime::workflow! {
    pub workflow ComputeGlueStartJobRunNoWait {
        query jsonpath;

        task Glue = glue::startJobRun { JobName: "job" } -> end;
    }
}
