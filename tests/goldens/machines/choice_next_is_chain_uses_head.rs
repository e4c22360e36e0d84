workflow_runtime::workflow! {
    pub workflow ChoiceNextIsChainUsesHead {
        query jsonpath;

        choice C {
            if state.s == "x" -> X1;
            else -> D1;
        }
        pass D1 -> D2;
        pass D2 -> end;
        pass X1 -> X2;
        pass X2 -> end;
    }
}
