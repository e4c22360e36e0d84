workflow_runtime::workflow! {
    pub workflow ChainOfChainsFlattened {
        query jsonpath;

        pass A -> B;
        pass B -> C;
        pass C -> D;
        pass D -> end;
    }
}
