workflow_runtime::workflow! {
    pub workflow PlaceholdersIndexAccess {
        query jsonpath;
        input Json;

        pass First -> Second;
        pass Second { x: state.Items[0].name, y: input[3].k } -> end;
    }
}
