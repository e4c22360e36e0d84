workflow_runtime::workflow! {
    pub workflow ServiceDatabrewStartJobRunCallAndContinue {
        query jsonpath;

        task D = databrew::startJobRun { Name: "job" } -> end;
    }
}
