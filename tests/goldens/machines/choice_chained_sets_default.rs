workflow_runtime::workflow! {
    pub workflow ChoiceChainedSetsDefault {
        query jsonpath;

        pass A -> C;
        choice C {
            if state.n == 1 -> One;
            else -> Rest;
        }
        pass Rest -> end;
        pass One -> end;
    }
}
