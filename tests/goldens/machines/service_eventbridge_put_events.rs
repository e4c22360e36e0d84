workflow_runtime::workflow! {
    pub workflow ServiceEventbridgePutEvents {
        query jsonpath;

        task Ev = events::putEvents {
            Entries: [
                {
                    Detail: { m: "x" },
                    DetailType: "t",
                    EventBusName: "b",
                    Source: "s",
                },
            ],
        } -> end;
    }
}
