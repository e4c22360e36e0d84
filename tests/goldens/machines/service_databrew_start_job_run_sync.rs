workflow_runtime::workflow! {
    pub workflow ServiceDatabrewStartJobRunSync {
        query jsonpath;

        task D = databrew::startJobRun.sync { Name: "job" } -> end;
    }
}
