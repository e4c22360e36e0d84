workflow_runtime::workflow! {
    pub workflow MapInlineIterator {
        query jsonpath;

        /// c
        map M over state.items iterator {
            pass Item1 -> Item2;
            pass Item2 -> end;
        }
            max_concurrency 5
            parameters { value: item, index: index }
            input_path "$.i"
            result_path "$.r"
            output_path "$.o"
            retry [States.TaskFailed] { interval: 1s, max_attempts: 2, backoff: 1.5 }
            catch [States.ALL] -> MapFailed
            -> end;
        fail MapFailed;
    }
}
