workflow_runtime::workflow! {
    #[allow(deprecated, reason = "the Python SDK sets no timeout")]
    pub workflow ServiceEventbridgePutEventsWaitForCallback {
        query jsonpath;

        task Ev = events::putEvents.waitForTaskToken {
            Entries: [
                {
                    Detail: { t: context.Task.Token },
                    DetailType: "t",
                    EventBusName: "b",
                    Source: "s",
                },
            ],
        } -> end;
    }
}
