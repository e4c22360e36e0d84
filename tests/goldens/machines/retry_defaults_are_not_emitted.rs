workflow_runtime::workflow! {
    pub workflow RetryDefaultsAreNotEmitted {
        query jsonpath;

        task T = lambda::invoke { FunctionName: "f" }
            retry [Lambda.ServiceException]
            retry [States.ALL] { max_attempts: 0 }
            -> end;
    }
}
