workflow_runtime::workflow! {
    pub workflow PlaceholdersEverywhere {
        query jsonpath;
        input {
            #[serde(rename = "Job")]
            job: Job,
            #[serde(rename = "Flag")]
            flag: bool,
        }
        #[serde(rename_all = "PascalCase")]
        struct Job {
            name: String,
        }

        pass First -> Second;
        task Second = lambda::invoke {
            FunctionName: input.job.name,
            Payload: {
                whole: state,
                value: state.Payload.Value,
                all: state,
                exec: input,
                list_of_dicts: [{ n: state.Count }, { lit: 1 }],
                typed: input.flag,
            },
        } -> end;
    }
}
