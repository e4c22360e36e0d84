workflow_runtime::workflow! {
    pub workflow MapAttachIteratorNested {
        query jsonpath;

        map Outer over state.rows iterator {
            parallel Fan {
                branch {
                    map Inner over state.cols iterator {
                        pass Cell -> end;
                    } -> end;
                }
                branch {
                    pass Side -> end;
                }
            } -> end;
        }
            max_concurrency 0
            -> Done;
        succeed Done;
    }
}
